"""The resolution of the picture that a PDF page mostly is. Runs only in the child process.

Some programs state a sheet as far too small (59 x 84 points), and pdfium ignores /UserUnit: drawn
at the usual resolution, the letters of such a scan are lost, though the picture has them.
"""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2.raw as c

from . import geometry
from .types import PDF_DPI

#: A page with a longer side is drawn at `PDF_DPI`, which shows all of a common sheet: A4, points.
_SMALL_SIDE = 600.0

#: The picture counts from this share of the page.
_COVER = 0.4

#: Objects looked at, at most.
_MOST_OBJECTS = 500

#: The longest side, px, that a small page is drawn with: A4 at 340 dpi.
_LONGEST = 4000

#: Above this resolution, dpi, the page's size is not believed, and that of a whole sheet assumed.
_CREDIBLE = 400.0

#: Sizes that differ by at most this many px are the same but for rounding: A4 is stated as 595 or
#: 595.3 points wide.
_ROUNDED = 2


def choose_resolution(page: Any, width: float, height: float) -> tuple[float, float | None]:
    """The dpi at which to draw an open page of `width` x `height` points.

    Then the dpi to state for what is drawn; None: the same. Raises ValueError as
    `geometry.pdf_dpi`.
    """
    dpi = geometry.pdf_dpi(width, height)
    if max(width, height) >= _SMALL_SIDE:
        return dpi, None
    picture = _find_picture_dpi(page, width, height)
    if picture <= PDF_DPI:
        return dpi, None
    limit = geometry.POINTS_PER_INCH * _LONGEST / max(width, height)
    dpi = geometry.pdf_dpi(width, height, max(PDF_DPI, min(picture, limit)))
    if dpi <= _CREDIBLE:
        return dpi, None
    return dpi, geometry.guess_dpi(*geometry.pdf_size(width, height, dpi))


def fit_to_picture(page: Any, size: tuple[int, int]) -> tuple[int, int]:
    """`size`, px, at which an open page is drawn, or that of the scan that fills it, where they
    differ by rounding alone: drawn px by px, the letters of a scan keep their dots."""
    if c.FPDFPage_CountObjects(page) != 1:
        return size
    for picture in _find_pictures(c.FPDFPage_GetObject(page, 0)):
        across, down = ctypes.c_uint(), ctypes.c_uint()
        if c.FPDFImageObj_GetImagePixelSize(picture, across, down):
            for found in ((across.value, down.value), (down.value, across.value)):
                if all(
                    abs(one - other) <= _ROUNDED for one, other in zip(found, size, strict=True)
                ):
                    return found
    return size


def _find_picture_dpi(page: Any, width: float, height: float) -> float:
    """The finest resolution, dpi, of the pictures that cover most of the page; 0 for none."""
    best = 0.0
    for index in range(min(max(c.FPDFPage_CountObjects(page), 0), _MOST_OBJECTS)):
        obj = c.FPDFPage_GetObject(page, index)
        bounds = [ctypes.c_float() for _ in range(4)]
        if not c.FPDFPageObj_GetBounds(obj, *bounds):
            continue
        left, bottom, right, top = (value.value for value in bounds)
        # Bounds are those before /Rotate and may reach beyond the page: only their area counts.
        area = (right - left) * (top - bottom)
        if area < _COVER * width * height:
            continue
        for picture in _find_pictures(obj):
            across, down = ctypes.c_uint(), ctypes.c_uint()
            if c.FPDFImageObj_GetImagePixelSize(picture, across, down):
                pixels = across.value * down.value
                best = max(best, geometry.POINTS_PER_INCH * (pixels / area) ** 0.5)
    return best


def _find_pictures(obj: Any) -> list[Any]:
    """`obj` where it is a picture, or the pictures of a form that has no other contents."""
    kind = c.FPDFPageObj_GetType(obj)
    if kind == c.FPDF_PAGEOBJ_IMAGE:
        return [obj]
    if kind == c.FPDF_PAGEOBJ_FORM and c.FPDFFormObj_CountObjects(obj) == 1:
        return _find_pictures(c.FPDFFormObj_GetObject(obj, 0))
    return []
