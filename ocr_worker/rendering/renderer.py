"""The parent's side: one limited child process, asked page by page, replaced when it dies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image

from documents import errors
from documents.messages import Message, message_from_json

from .child_owner import ChildOwner
from .child_process import ChildProcess
from .jail import LayerReport
from .layer_answers import make_layer_word, make_text_layer
from .types import (
    PIECE_BYTES,
    LayerWord,
    Limits,
    MailFacts,
    MemberFacts,
    PageImage,
    RenderedPage,
    TextLayer,
)

ERRORS: dict[str, type[errors.ReadingError]] = {
    cls.code: cls
    for cls in (
        errors.DamagedFile,
        errors.EncryptedArchive,
        errors.EngineUnavailable,
        errors.DamagedPage,
        errors.PasswordNeeded,
        errors.NoPages,
        errors.PageTooLarge,
        errors.LimitExceeded,
    )
}


_DEFAULTS = Limits()


class Renderer(ChildOwner):
    """Reads and renders the pages of a file in a child process, which a hostile file may crash.

    Page numbers start at 1. One renderer serves one thread; the child starts with the first request
    and is used for the next ones. Every method raises a `documents.errors.ReadingError`:
    DamagedFile, DamagedPage, PasswordNeeded, NoPages, PageTooLarge, OriginalMissing for the file
    itself; LimitExceeded where it needs more memory or processor time than `Limits` allows;
    ReadingTimeout (may succeed on retry) where it takes too long by the clock.
    """

    def __init__(self, limits: Limits = _DEFAULTS) -> None:
        self._limits = limits
        super().__init__(ChildProcess(limits))

    def start(self) -> tuple[LayerReport, ...]:
        """Start the child now, unless it runs; what became of each layer of its jail.

        Raises RendererUnavailable.
        """
        return self._child.start()

    def count_pages(self, path: Path, mime_type: str) -> int:
        """The number of pages of the file, at least 1."""
        header, _ = self._ask("page_count", path, mime_type)
        return int(header["page_count"])

    def read_contents(self, path: Path, mime_type: str) -> tuple[str, ...] | None:
        """Lines of text that a PDF holds besides its pages, which only stand in for them.

        None where the pages are what there is to see.
        """
        header, _ = self._ask("contents", path, mime_type)
        return None if header["lines"] is None else tuple(header["lines"])

    def describe_member(
        self, path: Path, mime_type: str, index: int, password: str = ""
    ) -> MemberFacts | None:
        """The file in a container with this number, from 0; None behind the last."""
        member = self._ask("member", path, mime_type, index=index, password=password)[0]["member"]
        return None if member is None else MemberFacts(**member)

    def read_member(
        self, path: Path, mime_type: str, index: int, password: str = ""
    ) -> Iterator[bytes]:
        """The content of a member, in pieces of PIECE_BYTES."""
        offset = 0
        while True:
            answer = self._ask(
                "member_piece",
                path,
                mime_type,
                index=index,
                offset=offset,
                size=PIECE_BYTES,
                password=password,
            )
            piece = bytes(answer[1])
            if piece:
                yield piece
            offset += len(piece)
            if len(piece) < PIECE_BYTES:
                return

    def read_mail_facts(self, path: Path, mime_type: str) -> MailFacts:
        """What the head of a message says."""
        facts = self._ask("mail_facts", path, mime_type)[0]["facts"]
        return MailFacts(**{**facts, "notes": tuple(facts["notes"])})

    def check_password(self, path: Path, mime_type: str, password: str) -> None:
        """Raises PasswordNeeded where it opens no file of the archive."""
        self._ask("check_password", path, mime_type, password=password)

    def unlock(self, path: Path, mime_type: str, password: str) -> bytes:
        """The PDF as it is without its protection. Raises PasswordNeeded for a wrong password."""
        return bytes(self._ask("unlock", path, mime_type, password=password)[1])

    def read_remarks(
        self, path: Path, mime_type: str, number: int
    ) -> tuple[tuple[LayerWord, ...], tuple[float, float]]:
        """The words on a PDF page that drawing does not show (`pdf_remarks`), and the width and
        height of the page as shown, points."""
        header, _ = self._ask("remarks", path, mime_type, number=number)
        width, height = header["size"]
        return tuple(map(make_layer_word, header["words"])), (width, height)

    def read_text_layer(
        self, path: Path, mime_type: str, number: int, *, last_word: bool = False
    ) -> TextLayer | None:
        """The text layer of a PDF page; None for other formats.

        `last_word`: no OCR follows, so a page without words is looked at for what looks like text.
        """
        header, _ = self._ask("text_layer", path, mime_type, number=number, last_word=last_word)
        layer = header["layer"]
        return None if layer is None else make_text_layer(layer)

    def render_page(
        self,
        path: Path,
        mime_type: str,
        number: int,
        *,
        dpi: int | None = None,
        colour: bool = False,
    ) -> RenderedPage:
        """The page for OCR: a PDF page at 200 dpi, an image's own pixels, or either at `dpi`.

        In gray; with `colour`, in colour where the page has any.
        """
        header, pixels = self._ask("render", path, mime_type, number=number, dpi=dpi, colour=colour)
        mode, size = str(header["mode"]), (header["width"], header["height"])
        if mode not in ("L", "RGB") or len(pixels) != size[0] * size[1] * len(mode):
            self._child.end()
            raise errors.DamagedPage(
                Message(
                    "The page could not be drawn. Export the page as an image and upload that."
                ),
                page=number,
            )
        image = Image.frombuffer(mode, size, pixels, "raw", mode, 0, 1)
        return RenderedPage(
            image,
            header["dpi"],
            blank=header["blank"],
            estimated=header["estimated"],
            damaged=header["damaged"],
            marked=header["marked"],
        )

    def render_for_parts(self, path: Path, mime_type: str, number: int) -> RenderedPage:
        """The page as `render_page` draws it, in gray and at less cost: not examined, not kept.

        For a look at a few of its lines.
        """
        header, pixels = self._ask("render_for_parts", path, mime_type, number=number)
        size = (header["width"], header["height"])
        if len(pixels) != size[0] * size[1]:
            self._child.end()
            raise errors.DamagedPage(
                Message(
                    "The page could not be drawn. Export the page as an image and upload that."
                ),
                page=number,
            )
        image = Image.frombuffer("L", size, pixels, "raw", "L", 0, 1)
        return RenderedPage(image, header["dpi"], blank=False)

    def render_page_image(
        self, path: Path, mime_type: str, number: int, *, rotation: int
    ) -> PageImage:
        """The page for people, as WebP, rotated clockwise by `rotation` (0, 90, 180, 270).

        Its size depends only on the page and `rotation`; the longest side is at most 2,000 px.
        """
        header, data = self._ask("page_image", path, mime_type, number=number, rotation=rotation)
        return PageImage(bytes(data), header["width"], header["height"], header["dpi"])

    def render_thumbnail(
        self, path: Path, mime_type: str, number: int = 1, *, rotation: int = 0
    ) -> bytes:
        """The page as a small WebP, rotated by `rotation`; the longest side is at most 300 px."""
        answer = self._ask("thumbnail", path, mime_type, number=number, rotation=rotation)
        return bytes(answer[1])

    def look(
        self, path: Path, mime_type: str, number: int, *, codes: bool, bars: bool
    ) -> tuple[bool, list[str], bytes]:
        """Whether the page is empty to a person's eye; the texts of the QR codes on it, with `bars`
        those of all kinds of barcodes, without `codes` none; and its thumbnail, a WebP as
        `render_thumbnail` makes it."""
        header, data = self._ask("look", path, mime_type, number=number, codes=codes, bars=bars)
        return bool(header["blank"]), [str(text) for text in header["codes"]], bytes(data)

    def read_update_facts(self, path: Path, mime_type: str) -> dict[str, Any]:
        """What an update of the PDF has to know: see `pdf_update.PdfUpdate.facts`."""
        return self._ask("update_facts", path, mime_type)[0]

    def rebuild(self, path: Path, mime_type: str, numbers: list[int] | None = None) -> bytes:
        """The PDF rewritten, sound and without protection; of the pages `numbers` only."""
        return bytes(self._ask("rebuild", path, mime_type, numbers=numbers)[1])

    def read_page_place(self, path: Path, mime_type: str, number: int) -> dict[str, Any]:
        """Where a PDF page is shown, and how many `letters` of its own it has."""
        return self._ask("page_place", path, mime_type, number=number)[0]

    def build_page_update(
        self, path: Path, mime_type: str, number: int, **options: Any
    ) -> tuple[dict[str, Any], bytes]:
        """What replaces a PDF page's dictionary: see `pdf_update.PdfUpdate.build_page`."""
        header, payload = self._ask("page_update", path, mime_type, number=number, **options)
        return header, bytes(payload)

    def describe_catalog(
        self, path: Path, mime_type: str, entries: str
    ) -> tuple[dict[str, Any], bytes]:
        """A PDF's catalog with `entries`: see `pdf_update.PdfUpdate.describe_catalog`."""
        header, payload = self._ask("catalog", path, mime_type, entries=entries)
        return header, bytes(payload)

    def describe_producer(
        self, path: Path, mime_type: str, system: str
    ) -> tuple[dict[str, Any], bytes]:
        """Who made a PDF, and `system`: see `pdf_update.PdfUpdate.describe_producer`."""
        header, payload = self._ask("producer", path, mime_type, system=system)
        return header, bytes(payload)

    def describe_image(
        self, path: Path, mime_type: str, number: int, *, archival: bool = False
    ) -> tuple[dict[str, Any], bytes]:
        """An image's page as an image of a PDF: see `image_objects.describe_image`."""
        header, payload = self._ask(
            "image_object", path, mime_type, number=number, archival=archival
        )
        return header, bytes(payload)

    def _ask(
        self, action: str, path: Path, mime_type: str, **arguments: Any
    ) -> tuple[dict[str, Any], bytearray]:
        page = arguments.get("number")
        try:
            with open_original(path) as file:
                header, payload = self._child.ask(
                    {
                        "action": action,
                        "mime_type": mime_type,
                        "arguments": arguments,
                        "cpu_seconds": self._limits.cpu_seconds,
                    },
                    file.fileno(),
                )
        except errors.ReadingError as error:
            error.page = page
            raise
        if "error" in header:
            cls = ERRORS.get(str(header["error"]), errors.DamagedPage)
            raise cls(message_from_json(header.get("message", "")), page=page)
        return header, payload


def open_original(path: Path) -> BinaryIO:
    """The original, opened for the child, which may open nothing. Raises ReadingError."""
    try:
        return path.open("rb", buffering=0)
    except FileNotFoundError:
        raise errors.OriginalMissing(Message("The original file is not there.")) from None
    except OSError as error:
        raise errors.EngineFailed(
            Message(
                "The original file can’t be opened ({problem}). The page is tried again.",
                problem=error.strerror,
            )
        ) from error
