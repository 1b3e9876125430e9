"""The files of a document that a client may download, and their names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from documents.bucket.errors import ObjectMissing
from documents.errors import ArchiveError, NotFound, NothingRead, NotYet, OriginalMissing
from documents.exports import page_images
from documents.exports.result_files import open_result
from documents.files.content import Content, open_content, open_immutable
from documents.files.figures import figure_key, page_of
from documents.files.keys import original_key
from documents.messages import Message
from documents.models import Document, Page, Reading, Status

RESULT_TYPES = {
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class Download:
    """A file to send under a name.

    `immutable`: its content under this name never changes. `brief`: one of many small pictures on a
    page, of which an hour-old one will do. `missing`: raised when there is no file.
    """

    filename: str
    content_type: str
    missing: ArchiveError
    source: Callable[[], Content]
    attachment: bool = True
    immutable: bool = False
    brief: bool = False

    def open(self) -> Content:
        """Raises `missing`, BucketError, DamagedCopy, Busy, StorageFull."""
        try:
            return self.source()
        except (FileNotFoundError, ObjectMissing):
            raise self.missing from None


def get_original(document: Document) -> Download:
    """The uploaded file, byte for byte."""
    key = original_key(document.id, document.filename)
    return Download(
        filename=document.filename,
        content_type=document.mime_type,
        source=lambda: open_immutable(key, size=document.size, sha256=document.sha256),
        missing=OriginalMissing(
            Message(
                "The original file is missing from the archive’s storage. Upload it again to "
                "replace it."
            ),
            document=document.id,
        ),
    )


def get_result(document: Document, kind: str) -> Download:
    """`kind` is a key of RESULT_TYPES. While the document is read again, the earlier results.

    Raises NotYet while there is none, NothingRead where there will be none.
    """
    refuse_without_results(document)
    return Download(
        filename=f"{document.filename.rpartition('.')[0]}.{kind}",
        content_type=RESULT_TYPES[kind],
        source=lambda: open_result(document, kind),
        missing=NotFound(
            Message(
                "The result is missing from the archive’s storage. Have the document read again."
            ),
            document=document.id,
        ),
    )


def refuse_without_results(document: Document) -> None:
    """Raises NotYet while nothing has been read, NothingRead where nothing will be."""
    if not document.has_results:
        if document.status == Status.FAILED:
            raise NothingRead(
                Message(
                    "There are no results, because the document could not be read: {reason}",
                    reason=document.error_text,
                ),
                document=document.id,
            )
        raise NotYet(
            Message(
                "The document is still being read. Ask again when its status is ready, partial "
                "or failed."
            ),
            document=document.id,
        )


def get_thumbnail(document: Document) -> Download:
    """Raises NotFound where there is none."""
    return _image(page_images.ensure_thumbnail(document), document, "thumbnail", brief=True)


def get_page_image(page: Page) -> Download:
    """The image in whose pixels boxes are measured; rendered now where it is missing.

    Raises Busy, ReadingError, OriginalMissing.
    """
    return _image(page_images.ensure_page_image(page), page.document, f"{page.number:04d}")


def get_page_thumbnail(page: Page) -> Download:
    """As `get_page_image`, small enough for a list."""
    key = page_images.ensure_page_thumbnail(page)
    return _image(key, page.document, f"{page.number:04d}-small", brief=True)


def get_figure(document: Document, name: str) -> Download:
    """A picture cut out of one of the document's pages.

    Raises NotFound where no reading names it.
    """
    missing = NotFound(
        Message("The document has no figure “{name}”.", name=name[:100]), document=document.id
    )
    number = page_of(name)
    if number is None:
        raise missing
    readings = Reading.objects.filter(page__document=document, page__number=number)
    figures = (facts for named in readings.values_list("figures", flat=True) for facts in named)
    found = next((facts for facts in figures if facts["name"] == name), None)
    if found is None:
        raise missing
    key, size, sha256 = figure_key(document.id, name), found["size"], found["sha256"]
    return Download(
        filename=f"{document.filename.rpartition('.')[0]}-{name}",
        content_type="image/webp",
        source=lambda: open_immutable(key, size=size, sha256=sha256),
        attachment=False,
        immutable=True,
        missing=missing,
    )


def _image(key: str, document: Document, name: str, *, brief: bool = False) -> Download:
    return Download(
        filename=f"{document.filename.rpartition('.')[0]}-{name}.webp",
        content_type="image/webp",
        source=lambda: open_content(key),
        attachment=False,
        brief=brief,
        missing=NotFound(
            Message("The image was removed in the meantime. Ask again."), document=document.id
        ),
    )
