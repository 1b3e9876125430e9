"""PDFs made for a measurement: scans of page images, longer copies, files of a given size."""

from __future__ import annotations

import io
import secrets
import warnings
import zlib
from collections.abc import Iterable
from pathlib import Path

import pikepdf
from PIL import Image

SCAN_DPI = 200


def scan_pdf(images: Iterable[Path], target: Path) -> Path:
    """A PDF of nothing but gray images, one a page, at 200 dpi, without loss.

    Each call makes other bytes, so that the archive takes it for another document.
    """
    with pikepdf.new() as pdf:
        for image in images:
            with Image.open(image) as opened:
                _add_scan(pdf, opened.convert("L"))
        pdf.docinfo["/Title"] = secrets.token_hex(8)
        pdf.save(target)
    return target


def longer_pdf(source: Path, times: int, target: Path) -> Path:
    """`source` so many times in a row; nothing is shared between the copies."""
    with pikepdf.new() as pdf, warnings.catch_warnings():
        # Links between the pages get lost, which nobody reads.
        warnings.simplefilter("ignore", UserWarning)
        for _ in range(times):
            with pikepdf.open(source) as copy:
                pdf.pages.extend(copy.pages)
        pdf.save(target)
    return target


def first_pages(source: Path, count: int, target: Path) -> Path:
    with pikepdf.open(source) as pdf:
        del pdf.pages[count:]
        pdf.save(target)
    return target


class PaddedScans:
    """Scans of one page, each unlike every other, filled with random bytes to a size in bytes."""

    def __init__(self, image: Path, size: int) -> None:
        with pikepdf.new() as pdf, Image.open(image) as opened:
            _add_scan(pdf, opened.convert("L"))
            buffer = io.BytesIO()
            pdf.save(buffer)
        self._scan, self._size = buffer.getvalue(), size

    def make(self) -> bytes:
        filling = secrets.token_bytes(max(self._size - len(self._scan) - 400, 16))
        with pikepdf.open(io.BytesIO(self._scan)) as pdf:
            pdf.Root["/Filling"] = pikepdf.Stream(pdf, filling)
            buffer = io.BytesIO()
            pdf.save(buffer, compress_streams=False)
        return buffer.getvalue()


def _add_scan(pdf: pikepdf.Pdf, image: Image.Image) -> None:
    picture = pikepdf.Stream(pdf, zlib.compress(image.tobytes(), 6))
    picture["/Type"], picture["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Image
    picture["/Width"], picture["/Height"] = image.size
    picture["/ColorSpace"], picture["/BitsPerComponent"] = pikepdf.Name.DeviceGray, 8
    picture["/Filter"] = pikepdf.Name.FlateDecode
    width, height = (side * 72 / SCAN_DPI for side in image.size)
    page = pdf.add_blank_page(page_size=(width, height))
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=picture))
    drawing = f"{width} 0 0 {height} 0 0 cm /Scan Do"
    page.Contents = pikepdf.Stream(pdf, drawing.encode("ascii"))
