"""PDF pages by pdfium: count and draw. Runs only in the child process."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator
from typing import Any, BinaryIO

import pypdfium2 as pdfium
import pypdfium2.raw as c
from PIL import Image

from documents.errors import DamagedPage, NoPages, PageTooLarge
from documents.messages import Message

from . import geometry
from .page_colours import is_gray
from .pdf_annotations import Field, FlattenedPages, has_annotations, show_as_viewers_do
from .pdf_contents import may_hold_contents
from .pdf_layers import find_switched_off, has_layers
from .pdf_open import open_pdf
from .pdf_remarks import read_remarks
from .pdf_resolution import choose_resolution, fit_to_picture
from .pixel_buffer import PixelBuffer
from .types import MAX_PAGES


class PdfFile:
    """An open PDF. Page numbers start at 1. Raises ReadingError.

    `stream` stays the caller's, who closes it after this. `repaired`: the file was damaged, and
    parts of it may be lost.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._doc, reopen, self.repaired = open_pdf(stream)
        self._flattened = FlattenedPages(reopen)
        self._page_number = 0
        self._page: pdfium.PdfPage | None = None
        self._natural: tuple[int, tuple[int, int, float]] | None = None
        self._stream = stream
        self._switched_off: dict[int, frozenset[int]] = {}
        self._buffer = PixelBuffer()
        #: By page, read before it is first drawn.
        self._remarks: dict[int, list[Any]] = {}
        # Forms are drawn as filled in; no script runs (this pdfium has no JavaScript engine).
        self._doc.init_forms()
        if self._doc.formenv is not None:
            # As printed: the tint that tells where to type is no part of the page.
            c.FPDF_RemoveFormFieldHighlight(self._doc.formenv)
        self.page_count = len(self._doc)
        if self.page_count > MAX_PAGES:
            count, self.page_count = self.page_count, 0
            self.close()
            raise PageTooLarge(
                Message(
                    "The file has {count} pages; at most {most} are read. Split it.",
                    count=count,
                    most=MAX_PAGES,
                )
            )
        if self.page_count < 1:
            self.close()
            raise NoPages(
                Message(
                    "The PDF has no pages. "
                    "Export it again from the program that made it, or scan the paper again."
                )
            )

    def close(self) -> None:
        self._close_page()
        self._flattened.close()
        self._doc.close()

    def page(self, number: int) -> pdfium.PdfPage:
        """The page, which stays open until another is requested."""
        if self._page is None or self._page_number != number:
            self._close_page()
            if not 1 <= number <= self.page_count:
                raise DamagedPage(
                    Message(
                        "The PDF has no page {page}; it has {count}. "
                        "Upload another copy of the file.",
                        page=number,
                        count=self.page_count,
                    )
                )
            try:
                self._page = self._doc[number - 1]
            except pdfium.PdfiumError as error:
                raise DamagedPage(
                    Message(
                        "Page {page} of the PDF is damaged. "
                        "Export it again from the program that made it, or scan the paper again.",
                        page=number,
                    )
                ) from error
            self._page_number = number
            show_as_viewers_do(self._page, self._find_switched_off(number))
            if number not in self._remarks:
                self._remarks[number] = read_remarks(self._page)
        return self._page

    def remarks(self, number: int) -> list[Any]:
        """The words of `pdf_remarks`, which drawing does not show."""
        self.page(number)
        return self._remarks[number]

    @contextlib.contextmanager
    def flatten(self, number: int) -> Iterator[tuple[pdfium.PdfPage, list[Field]] | None]:
        """The page with what annotations and fields draw as a part of its content, and its fields.

        None where there is nothing of the kind, or where the page can't be flattened.
        """
        with contextlib.ExitStack() as stack:
            found = None
            if has_annotations(self.page(number)):
                with contextlib.suppress(pdfium.PdfiumError):
                    found = stack.enter_context(
                        self._flattened.flatten(number, self._find_switched_off(number))
                    )
            yield found

    def _find_switched_off(self, number: int) -> frozenset[int]:
        """The annotations of the open page, by their indices, whose layer is switched off."""
        if number not in self._switched_off:
            found: frozenset[int] = frozenset()
            if self._page is not None and has_layers(self._page):
                found = find_switched_off(self._stream, number)
            self._switched_off[number] = found
        return self._switched_off[number]

    def may_hold_contents(self) -> bool:
        """Whether there may be something to see besides the pages (`pdf_contents`)."""
        return may_hold_contents(self._doc)

    def size(self, number: int) -> tuple[float, float]:
        """Width and height in points of the page as shown (crop box, /Rotate applied)."""
        width, height = self.page(number).get_size()
        return float(width), float(height)

    def natural_size(self, number: int) -> tuple[int, int, float]:
        """Width and height, px, at which the page is rendered for OCR, and their dpi.

        That is `PDF_DPI`, or more where the page is a finer picture on a page stated as small.
        """
        if self._natural is not None and self._natural[0] == number:
            return self._natural[1]
        width, height = self.size(number)
        try:
            dpi, stated = choose_resolution(self.page(number), width, height)
        except ValueError as error:
            raise PageTooLarge(
                Message(
                    "Page {page} is too large to be read: it has {width} x {height} points. "
                    "Export the page as an image and upload that.",
                    page=number,
                    width=f"{width:.0f}",
                    height=f"{height:.0f}",
                )
            ) from error
        pixels = fit_to_picture(self.page(number), geometry.pdf_size(width, height, dpi))
        found = (*pixels, stated or dpi)
        self._natural = (number, found)
        return found

    def draw(self, number: int, width: int, height: int, *, gray: bool = False) -> Image.Image:
        """Draw the page on white, `width` x `height` px, RGB, or "L" where `gray`.

        Annotations and filled forms are drawn.
        """
        with self._drawn(number, width, height, gray=gray) as bitmap:
            if not gray:
                return _copy_colours(bitmap)
            # Pillow takes RGB out of the buffer as a copy; gray it would leave where it is.
            pixels = ctypes.string_at(bitmap.buffer, bitmap.stride * height)
            return Image.frombuffer("L", (width, height), pixels, "raw", "L", bitmap.stride, 1)

    def draw_as_coloured(self, number: int, width: int, height: int) -> Image.Image:
        """As `draw`, RGB where the page has a colour, else "L"."""
        with self._drawn(number, width, height) as bitmap:
            # Seen where they are: of a page without colours a quarter of the bytes is copied.
            pixels = Image.frombuffer(
                "RGBX", (width, height), bitmap.buffer, "raw", "RGBX", bitmap.stride, 1
            )
            return pixels.getchannel(1) if is_gray(pixels) else _copy_colours(bitmap)

    @contextlib.contextmanager
    def _drawn(
        self, number: int, width: int, height: int, *, gray: bool = False
    ) -> Iterator[pdfium.PdfBitmap]:
        """The page drawn, valid until the end of the block."""
        page = self.page(number)
        form, size = (c.FPDFBitmap_Gray, 1) if gray else (c.FPDFBitmap_BGRx, 4)
        buffer = self._buffer.take(width * height * size)
        bitmap = pdfium.PdfBitmap.new_native(width, height, form, buffer=buffer)
        try:
            bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
            flags = c.FPDF_ANNOT | c.FPDF_NO_CATCH | (c.FPDF_GRAYSCALE if gray else 0)
            c.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, flags)
            if page.formenv is not None:
                c.FPDF_FFLDraw(page.formenv, bitmap, page, 0, 0, width, height, 0, flags)
            yield bitmap
        finally:
            bitmap.close()

    def _close_page(self) -> None:
        if self._page is not None:
            self._page.close()
            self._page = None
            self._page_number = 0


def _copy_colours(bitmap: pdfium.PdfBitmap) -> Image.Image:
    size = (bitmap.width, bitmap.height)
    return Image.frombuffer("RGB", size, bitmap.buffer, "raw", "BGRX", bitmap.stride, 1)
