"""A new PDF of pages of PDFs, or of images. Runs only in the child.

qpdf copies the objects of the pages and, when it writes, their data from the files as they are: in
memory are the objects alone. Of an image the file's own data become the page (`image_objects`);
what no PDF can hold is compressed again.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import pikepdf

from documents.errors import DamagedFile, DamagedPage, PasswordNeeded, ReadingError
from documents.messages import Message

from .image_objects import describe_image
from .images import ImageFile
from .pdf_objects import PLACES, ObjectWriter

#: A file (open), its MIME type; the index of one, a page of it (from 1), degrees clockwise.
Source = tuple[BinaryIO, str]
Chosen = Sequence[tuple[int, int, int]]

_PDF = "application/pdf"
_CHUNK = 1024 * 1024
_DIGITS_OF_ID = 32


def write_pages(sources: Sequence[Source], chosen: Chosen, target: BinaryIO) -> None:
    """Write a PDF of the chosen pages to `target`. The sources are all PDFs, or all images.

    Raises ReadingError; OSError where `target` takes no more.
    """
    if all(mime_type == _PDF for _, mime_type in sources):
        _write_of_pdfs([stream for stream, _ in sources], chosen, target)
    else:
        _write_of_images(sources, chosen, target)


def _write_of_pdfs(streams: Sequence[BinaryIO], chosen: Chosen, target: BinaryIO) -> None:
    with contextlib.ExitStack() as stack:
        made = stack.enter_context(pikepdf.new())
        opened = [stack.enter_context(_open(stream)) for stream in streams]
        try:
            for index, number, rotation in chosen:
                _append(made, opened[index], number, rotation)
            for pdf in opened:
                _take_layers(made, pdf)
            # The data of streams stay as they are; equal pages give equal bytes.
            patient = _Patient(target)
            made.save(
                patient,
                compress_streams=False,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                deterministic_id=True,
                min_version="1.7",
            )
            patient.raise_error()
        except (pikepdf.PdfError, ValueError, TypeError, KeyError) as error:
            raise _damaged(error) from error


class _Patient(io.RawIOBase):
    """What qpdf writes to. An error is kept until qpdf has done: it ends the process by one."""

    def __init__(self, target: BinaryIO) -> None:
        super().__init__()
        self._target = target
        self._error: OSError | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self._error is None:
            try:
                self._target.write(data)
            except OSError as error:
                self._error = error
        return len(data)

    def raise_error(self) -> None:
        if self._error is not None:
            raise self._error


def _open(stream: BinaryIO) -> pikepdf.Pdf:
    stream.seek(0)
    try:
        return pikepdf.open(stream, suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise PasswordNeeded(
            Message("The PDF opens only with a password. Give it on the document’s page first.")
        ) from error
    except (pikepdf.PdfError, ValueError, TypeError, KeyError) as error:
        raise _damaged(error) from error


def _append(made: pikepdf.Pdf, source: pikepdf.Pdf, number: int, rotation: int) -> None:
    """A link to a page that is not there leads nowhere: qpdf copies no page by a reference."""
    if not 1 <= number <= len(source.pages):
        raise _no_such_page(number, len(source.pages))
    page = source.pages[number - 1]
    made.pages.append(page)
    added = made.pages[-1]
    for key in ("/B", "/StructParents"):  # of articles and of a structure that stay behind
        if key in added.obj:
            del added.obj[key]
    if source.acroform.exists:
        made.acroform.fix_copied_annotations(added, page, source.acroform)
    if rotation:
        added.rotate(rotation, relative=True)


def _take_layers(made: pikepdf.Pdf, source: pikepdf.Pdf) -> None:
    """What the source says of its layers: without it, hidden ones would be seen."""
    if "/OCProperties" not in source.Root:
        return
    layers = made.copy_foreign(_as_indirect(source, source.Root.OCProperties))
    if "/OCProperties" not in made.Root:
        made.Root.OCProperties = layers
        return
    own: Any = made.Root.OCProperties
    own.OCGs.extend(layers.OCGs)
    for key in ("/OFF", "/ON"):
        if key in layers.D:
            own.D[key] = pikepdf.Array([*own.D.get(key, pikepdf.Array()), *layers.D[key]])


def _as_indirect(pdf: pikepdf.Pdf, found: Any) -> Any:
    return found if found.is_indirect else pdf.make_indirect(found)


def _write_of_images(sources: Sequence[Source], chosen: Chosen, target: BinaryIO) -> None:
    writer = ObjectWriter(target)
    writer.write_header()
    tree = writer.reserve()
    pages: list[int] = []
    digest = hashlib.sha256()
    opened: tuple[int, ImageFile] | None = None
    try:
        for index, number, rotation in chosen:
            stream, mime_type = sources[index]
            if opened is None or opened[0] != index:
                if opened is not None:
                    opened[1].close()
                opened = (index, ImageFile(stream, mime_type))
            described, data = describe_image(opened[1], stream, number, archival=False)
            picture = _write_picture(writer, stream, described, data, digest)
            pages.append(_write_image_page(writer, tree, picture, described, rotation))
    finally:
        if opened is not None:
            opened[1].close()
    kids = b" ".join(b"%d 0 R" % number for number in pages)
    writer.write(b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), kids), tree)
    root = writer.write(b"<</Type/Catalog/Pages %d 0 R>>" % tree)
    identity = digest.hexdigest()[:_DIGITS_OF_ID].encode()
    writer.finish(b"/Root %d 0 R/ID[<%s><%s>]" % (root, identity, identity))


def _write_picture(
    writer: ObjectWriter, stream: BinaryIO, described: dict[str, Any], data: bytes, digest: Any
) -> int:
    entries = (
        b"/Type/XObject/Subtype/Image/Width %d/Height %d%s"
        % (described["width"], described["height"], described["entries"].encode("latin-1"))
    )  # fmt: skip
    digest.update(entries)
    ranges = described.get("ranges")
    if not ranges:
        digest.update(data)
        return writer.copy_stream((data,), len(data), entries)
    length = sum(length for _, length in ranges)
    return writer.copy_stream(_read_ranges(stream, ranges, digest), length, entries)


def _read_ranges(stream: BinaryIO, ranges: list[list[int]], digest: Any) -> Iterator[bytes]:
    for offset, length in ranges:
        stream.seek(offset)
        while length > 0:
            chunk = stream.read(min(length, _CHUNK))
            if not chunk:
                raise DamagedFile(
                    Message(
                        "The file is damaged: it ends before its pictures do. "
                        "Export it again from the program that made it, or scan the paper again."
                    )
                )
            length -= len(chunk)
            digest.update(chunk)
            yield chunk


def _write_image_page(
    writer: ObjectWriter, tree: int, picture: int, described: dict[str, Any], rotation: int
) -> int:
    width, height = described["page"]
    a, b, c, d, e, f = PLACES[described["orientation"]]
    matrix = (a * width, b * height, c * width, d * height, e * width, f * height)
    content = b"q %s cm/Picture Do Q\n" % b" ".join(b"%.3f" % value for value in matrix)
    return writer.write(
        b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.3f %.3f]/Rotate %d/Contents %d 0 R"
        b"/Resources<</XObject<</Picture %d 0 R>>>>>>"
        % (tree, width, height, rotation, writer.write_stream(content), picture)
    )


def _no_such_page(number: int, count: int) -> ReadingError:
    return DamagedPage(
        Message(
            "The file has no page {page}; it has {count}. Upload another copy of the file.",
            page=number,
            count=count,
        ),
        page=number,
    )


def _damaged(error: Exception) -> DamagedFile:
    problem = str(error).encode("ascii", "replace").decode()[:200]
    return DamagedFile(
        Message(
            "The PDF is damaged: {problem}. "
            "Export it again from the program that made it, or scan the paper again.",
            problem=problem,
        )
    )
