"""PDF pages by pdfium: count and draw. Runs only in the child process."""

from __future__ import annotations

import ctypes
import io
import os
from typing import BinaryIO

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as c
from PIL import Image

from documents.errors import DamagedFile, DamagedPage, NoPages, PageTooLarge, PasswordNeeded
from documents.messages import Message

from . import geometry
from .pdf_stream import open_document
from .types import MAX_PAGES

# The codes of FPDF_GetLastError (fpdfview.h).
_NEEDS_PASSWORD = 4
_UNSUPPORTED_SECURITY = 5

#: pikepdf reads the whole file into memory; larger ones are not repaired.
_LARGEST_REPAIR = 200 * 1024 * 1024


class PdfFile:
    """An open PDF. Page numbers start at 1. Raises ReadingError.

    `stream` stays the caller's, who closes it after this.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._doc, self.repaired = _open(stream)
        self._page_number = 0
        self._page: pdfium.PdfPage | None = None
        # Forms are drawn as filled in; no script runs (this pdfium has no JavaScript engine).
        self._doc.init_forms()
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
            raise NoPages(Message("The PDF has no pages."))

    def close(self) -> None:
        self._close_page()
        self._doc.close()

    def page(self, number: int) -> pdfium.PdfPage:
        """The page, which stays open until another is requested."""
        if self._page is None or self._page_number != number:
            self._close_page()
            if not 1 <= number <= self.page_count:
                raise DamagedPage(
                    Message(
                        "The PDF has no page {page}; it has {count}.",
                        page=number,
                        count=self.page_count,
                    )
                )
            try:
                self._page = self._doc[number - 1]
            except pdfium.PdfiumError as error:
                raise DamagedPage(
                    Message("Page {page} of the PDF is damaged.", page=number)
                ) from error
            self._page_number = number
        return self._page

    def size(self, number: int) -> tuple[float, float]:
        """Width and height in points of the page as shown (crop box, /Rotate applied)."""
        width, height = self.page(number).get_size()
        return float(width), float(height)

    def natural_size(self, number: int) -> tuple[int, int, float]:
        """Width and height, px, and the dpi at which the page is rendered for OCR."""
        width, height = self.size(number)
        try:
            dpi = geometry.pdf_dpi(width, height)
        except ValueError as error:
            raise PageTooLarge(
                Message(
                    "Page {page} is too large to be read: it has {width} x {height} points.",
                    page=number,
                    width=f"{width:.0f}",
                    height=f"{height:.0f}",
                )
            ) from error
        return (*geometry.pdf_size(width, height, dpi), dpi)

    def draw(self, number: int, width: int, height: int) -> Image.Image:
        """Draw the page on white, `width` x `height` px, RGB.

        Annotations and filled forms are drawn.
        """
        page = self.page(number)
        bitmap = pdfium.PdfBitmap.new_native(width, height, c.FPDFBitmap_BGRx)
        try:
            bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
            flags = c.FPDF_ANNOT | c.FPDF_NO_CATCH
            c.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, flags)
            if page.formenv is not None:
                c.FPDF_FFLDraw(page.formenv, bitmap, page, 0, 0, width, height, 0, flags)
            pixels = ctypes.string_at(bitmap.buffer, bitmap.stride * height)
            return Image.frombuffer("RGB", (width, height), pixels, "raw", "BGRX", bitmap.stride, 1)
        finally:
            bitmap.close()

    def _close_page(self) -> None:
        if self._page is not None:
            self._page.close()
            self._page = None
            self._page_number = 0


def _open(stream: BinaryIO) -> tuple[pdfium.PdfDocument, bool]:
    try:
        return open_document(stream), False
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == _NEEDS_PASSWORD:
            raise PasswordNeeded(
                Message("The PDF opens only with a password. Upload a copy without one.")
            ) from error
        if code == _UNSUPPORTED_SECURITY:
            raise PasswordNeeded(
                Message("The PDF is protected in an unknown way. Upload a copy without protection.")
            ) from error
    return _open_repaired(stream), True


def _open_repaired(stream: BinaryIO) -> pdfium.PdfDocument:
    """Open the file as rebuilt by qpdf (a lost cross-reference table, a truncated end)."""
    if os.fstat(stream.fileno()).st_size > _LARGEST_REPAIR:
        raise DamagedFile(Message("The PDF is damaged and too large to be repaired."))
    rebuilt = io.BytesIO()
    try:
        with pikepdf.open(stream, suppress_warnings=True) as pdf:
            if len(pdf.pages) == 0:
                raise NoPages(Message("The PDF has no pages."))
            pdf.save(rebuilt)
        return pdfium.PdfDocument(rebuilt.getvalue())
    except pikepdf.PasswordError as error:
        raise PasswordNeeded(
            Message("The PDF opens only with a password. Upload a copy without one.")
        ) from error
    except (pikepdf.PdfError, pdfium.PdfiumError, ValueError, TypeError, KeyError) as error:
        raise DamagedFile(
            Message("The file is damaged: it is no PDF that can be opened.")
        ) from error
