"""Sizes of pages and of their images. Pure arithmetic, used by parent and child.

A page's *natural size* is what OCR gets: a PDF page's points at `PDF_DPI`, an image's own pixels
(both reduced where they exceed `MAX_PIXELS`). The page image for people is the natural size reduced
to `PAGE_IMAGE_SIDE`. It depends on the page alone, so it can be made again at any time and fits the
boxes of a stored reading.
"""

from __future__ import annotations

import math

from .types import MAX_PIXELS, PAGE_IMAGE_SIDE, PDF_DPI

POINTS_PER_INCH = 72.0

#: Below this resolution the text of an ordinary page is not readable; such a page is refused.
LOWEST_DPI = 20.0

#: Height of the sheet assumed where a file does not state its resolution: A4, inches.
_ASSUMED_INCHES = 11.69


def guess_dpi(width: int, height: int) -> float:
    """Guess the resolution, dpi, of an image that states none, taken for a whole sheet."""
    return min(max(max(width, height) / _ASSUMED_INCHES, 70.0), 400.0)


def fit_size(width: int, height: int, side: int) -> tuple[int, int]:
    """`width` x `height` reduced so that no side exceeds `side` px; never enlarged."""
    longest = max(width, height)
    if longest <= side:
        return width, height
    return max(1, round(width * side / longest)), max(1, round(height * side / longest))


def page_image_size(width: int, height: int) -> tuple[int, int]:
    """Size in px of the page image of a page whose natural size is `width` x `height`."""
    return fit_size(width, height, PAGE_IMAGE_SIDE)


def pdf_dpi(width: float, height: float, dpi: float = PDF_DPI) -> float:
    """The resolution for a page of `width` x `height` points: `dpi`, or what `MAX_PIXELS` allows.

    Raises ValueError where the page would not be readable at that resolution.
    """
    if not (math.isfinite(width) and math.isfinite(height)) or width <= 0 or height <= 0:
        raise ValueError(f"a page of {width} x {height} points")
    # A little less, as sizes are rounded up to whole px.
    allowed = 0.999 * POINTS_PER_INCH * math.sqrt(MAX_PIXELS / (width * height))
    # A page may be extremely long and narrow; the limit of WebP and pdfium is 16,383 px.
    allowed = min(allowed, POINTS_PER_INCH * 16_000 / max(width, height))
    if allowed < LOWEST_DPI:
        raise ValueError(f"a page of {width:.0f} x {height:.0f} points")
    return min(dpi, allowed)


def pdf_size(width: float, height: float, dpi: float) -> tuple[int, int]:
    """Size in px at `dpi` of a page of `width` x `height` points."""
    scale = dpi / POINTS_PER_INCH
    return max(1, round(width * scale)), max(1, round(height * scale))
