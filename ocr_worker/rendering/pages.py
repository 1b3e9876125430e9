"""The actions of the child on the open file; each returns a header and a payload.

The last page drawn is cached, so that the image for people is made from the pixels OCR was given.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, BinaryIO, Union

from PIL import Image

from documents.errors import PageTooLarge
from documents.messages import Message
from ocr_worker.rendering.rotate import rotate_clockwise

from . import blank_page, geometry, pdf_contents, pdf_ink, pdf_text
from .blank_side import is_blank_side
from .image_objects import describe_image
from .images import ImageFile
from .member_actions import MemberActions
from .page_colours import has_colour_marks, make_gray
from .pdf import PdfFile
from .pdf_open import unlock_pdf
from .sheet_codes import CODES_DPI, read_codes
from .types import MAX_PIXELS, THUMBNAIL_SIDE
from .update_actions import UpdateActions
from .webp import encode_small, encode_webp

Answer = tuple[dict[str, Any], bytes]
Opened = Union[PdfFile, ImageFile]  # noqa: UP007 - evaluated on Python 3.10 too


class Pages:
    """The open file and the actions on it; page numbers start at 1. Raises ReadingError.

    Whatever an action needs is imported with this module: in the jail nothing can be any more.
    """

    def __init__(self) -> None:
        self._key: tuple[Any, ...] = ()
        self._stream: BinaryIO | None = None
        self._opened: Opened | None = None
        self._drawn: tuple[int, Image.Image] | None = None
        self._members = MemberActions(self._get_file)
        self._updates = UpdateActions(self._get_file, self._count_letters)
        self.actions: dict[str, Callable[..., Answer]] = {
            "page_count": self.page_count,
            "contents": self.contents,
            "unlock": self.unlock,
            "text_layer": self.text_layer,
            "remarks": self.remarks,
            "render": self.render,
            "render_for_parts": self.render_for_parts,
            "page_image": self.page_image,
            "thumbnail": self.thumbnail,
            "look": self.look,
            "image_object": self.image_object,
            **self._members.actions,
            **self._updates.actions,
        }

    def open(self, descriptor: int, mime_type: str) -> None:
        """Take over the descriptor of the file that the next action is about.

        The file before stays open where this is the same one (by identity, size and time).
        """
        status = os.fstat(descriptor)
        key = (mime_type, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        if self._stream is not None and self._key == key:
            os.close(descriptor)
            return
        self.close()
        self._stream = os.fdopen(descriptor, "rb")
        self._key = key

    def close(self) -> None:
        self._updates.close()
        self._members.close()
        if self._opened is not None:
            self._opened.close()
        if self._stream is not None:
            self._stream.close()
        self._key, self._stream, self._opened, self._drawn = (), None, None, None

    def _get_file(self) -> tuple[BinaryIO, str]:
        """The file and its MIME type."""
        assert self._stream is not None, "an action before the first file"
        return self._stream, self._key[0]

    @property
    def _file(self) -> Opened:
        """Parsed when an action first needs it."""
        if self._opened is None:
            stream, mime_type = self._get_file()
            is_pdf = mime_type == "application/pdf"
            self._opened = PdfFile(stream) if is_pdf else ImageFile(stream, mime_type)
        return self._opened

    def page_count(self) -> Answer:
        return {"page_count": self._file.page_count}, b""

    def contents(self) -> Answer:
        file, lines = self._file, None
        if isinstance(file, PdfFile) and self._stream is not None and file.may_hold_contents():
            lines = pdf_contents.read_contents(self._stream)
        return {"lines": lines}, b""

    def unlock(self, password: str) -> Answer:
        """The PDF without its protection. Raises PasswordNeeded for a wrong password."""
        return {}, unlock_pdf(self._get_file()[0], password)

    def text_layer(self, number: int, last_word: bool) -> Answer:
        file = self._file
        if not isinstance(file, PdfFile):
            return {"layer": None}, b""
        natural_width, natural_height, dpi = file.natural_size(number)
        width, height = file.size(number)
        image_width, image_height = geometry.page_image_size(natural_width, natural_height)
        with file.flatten(number) as flat:
            page = file.page(number)
            if flat is None:
                layer = pdf_text.read_page_text(page, width, height)
            else:
                layer = pdf_text.read_page_text_with_fields(page, *flat, width, height)
        if layer["words"] or last_word:
            layer |= pdf_ink.compare_ink(file, number, layer["words"], layer["paths"])
        else:  # a scan, mostly: OCR is going to draw and read it
            layer |= {"hidden": [], "unread": [], "rules": [[], []]}
        # They follow the comparison: nothing here draws them.
        layer["words"] += file.remarks(number)
        # A word with ink over which a shape is drawn may be seen or not: that is left to OCR.
        unseen = {tuple(layer["words"][index][:5]) for index in layer["hidden"]}
        layer["covered"] = sum(tuple(word[:5]) not in unseen for word in layer["covered"])
        layer |= {
            "width": width,
            "height": height,
            "image_width": image_width,
            "image_height": image_height,
            "image_dpi": round(dpi * image_width / natural_width, 2),
        }
        return {"layer": layer}, b""

    def remarks(self, number: int) -> Answer:
        file = self._file
        assert isinstance(file, PdfFile)
        return {"words": file.remarks(number), "size": file.size(number)}, b""

    def render(self, number: int, dpi: int | None, colour: bool) -> Answer:
        page, resolution, estimated = self._load_natural(number)
        if dpi is not None and not estimated and dpi != resolution:
            page = self._resample(page, number, resolution, dpi)
            resolution = float(dpi)
        gray = make_gray(page)
        answer = page.convert("RGB") if colour and page.mode != "L" else gray
        blank, file = blank_page.is_blank(gray), self._file
        # Of a PDF nothing tells what is lost; a repaired one with an empty page has lost that.
        lost = file.damaged if isinstance(file, ImageFile) else file.repaired and blank
        return {
            "width": gray.width,
            "height": gray.height,
            "mode": answer.mode,
            "dpi": round(resolution, 2),
            "estimated": estimated,
            "blank": blank,
            "damaged": lost,
            "marked": page.mode == "RGB" and has_colour_marks(page),
        }, answer.tobytes()

    def render_for_parts(self, number: int) -> Answer:
        file = self._file
        if isinstance(file, PdfFile):
            width, height, dpi = file.natural_size(number)
            gray = file.draw(number, width, height, gray=True)
        else:
            page, dpi, _ = file.decode(number)
            gray = make_gray(page)
        size = {"width": gray.width, "height": gray.height, "dpi": round(dpi, 2)}
        return size, gray.tobytes()

    def page_image(self, number: int, rotation: int) -> Answer:
        page, dpi, _ = self._load_natural(number)
        size = geometry.page_image_size(page.width, page.height)
        small = page
        if size != page.size:
            small = page.resize(size, Image.Resampling.HAMMING, reducing_gap=2)
        small = rotate_clockwise(small, rotation)
        return {
            "width": small.width,
            "height": small.height,
            "dpi": round(dpi * size[0] / page.width, 2),
        }, encode_webp(small)

    def thumbnail(self, number: int, rotation: int) -> Answer:
        file = self._file
        if isinstance(file, PdfFile):
            width, height, _ = file.natural_size(number)
            if self._drawn is not None and self._drawn[0] == number:
                small = self._drawn[1]
            else:
                small = file.draw(number, *geometry.fit_size(width, height, 2 * THUMBNAIL_SIDE))
        else:
            small = file.decode(number)[0]
        size = geometry.fit_size(*small.size, THUMBNAIL_SIDE)
        if size != small.size:
            small = small.resize(size, Image.Resampling.LANCZOS, reducing_gap=3)
        small = rotate_clockwise(small, rotation)
        return {"width": small.width, "height": small.height}, encode_small(small)

    def look(self, number: int, codes: bool, bars: bool) -> Answer:
        """Whether the page is empty, the texts of its codes, and its thumbnail: for stacks."""
        page = self._draw_for_a_look(number)
        size = geometry.fit_size(*page.size, THUMBNAIL_SIDE)
        small = page.resize(size, Image.Resampling.LANCZOS, reducing_gap=3)
        return {
            "blank": is_blank_side(page),
            "codes": read_codes(page, bars=bars) if codes else [],
        }, encode_small(small)

    def _draw_for_a_look(self, number: int) -> Image.Image:
        """The page in gray at about `CODES_DPI`."""
        file = self._file
        if isinstance(file, PdfFile):
            width, height, dpi = file.natural_size(number)
        else:
            page, dpi, _ = file.decode(number)
            width, height = page.size
        factor = CODES_DPI / dpi
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        if size[0] * size[1] > MAX_PIXELS // 4:
            size = geometry.fit_size(width, height, 10 * THUMBNAIL_SIDE)
        if isinstance(file, PdfFile):
            return file.draw(number, *size, gray=True)
        gray = page.convert("L")
        return gray if size == gray.size else gray.resize(size, Image.Resampling.BICUBIC)

    def image_object(self, number: int, archival: bool) -> Answer:
        file = self._file
        assert isinstance(file, ImageFile)
        return describe_image(file, self._get_file()[0], number, archival=archival)

    def _count_letters(self, number: int) -> int:
        file = self._file
        assert isinstance(file, PdfFile)
        return pdf_text.count_letters(file.page(number))

    def _load_natural(self, number: int) -> tuple[Image.Image, float, bool]:
        """The page in its natural size, its dpi, whether that is a guess."""
        file = self._file
        if isinstance(file, ImageFile):
            return file.decode(number)
        width, height, dpi = file.natural_size(number)
        if self._drawn is None or self._drawn[0] != number:
            self._drawn = None
            self._drawn = (number, file.draw_as_coloured(number, width, height))
        return self._drawn[1], dpi, False

    def _resample(self, page: Image.Image, number: int, resolution: float, dpi: int) -> Image.Image:
        """The page at another resolution: a PDF page is drawn again, an image is resampled."""
        factor = dpi / resolution
        size = (max(1, round(page.width * factor)), max(1, round(page.height * factor)))
        if size[0] * size[1] > MAX_PIXELS:
            raise PageTooLarge(
                Message("The page is too large for {dpi} dpi. Choose a lower resolution.", dpi=dpi)
            )
        if isinstance(self._file, PdfFile):
            return self._file.draw(number, *size)
        return page.resize(size, Image.Resampling.LANCZOS)
