"""Sizes of pages and of the images made of them. Pure arithmetic, shared by both sides.

A page's *natural size* is what OCR starts from: of a PDF page its points at `PDF_DPI`, of an image
its own pixels (both made smaller where they pass `MAX_PIXELS`). The page image for people is the
natural size brought to at most `PAGE_IMAGE_SIDE`, so it depends on the page alone and can be made
again at any time to fit the boxes of a stored reading.
"""

from __future__ import annotations

import math

from .types import MAX_PIXELS, PAGE_IMAGE_SIDE, PDF_DPI

POINTS_PER_INCH = 72.0

#: Below this resolution the text of an ordinary page can't be read; such a page is refused.
LOWEST_DPI = 20.0

#: Height of the sheet assumed where a file does not say its resolution: A4, inches.
_ASSUMED_INCHES = 11.69


def guess_dpi(width: int, height: int) -> float:
    """The resolution of an image of unknown resolution, taken for a whole sheet."""
    return min(max(max(width, height) / _ASSUMED_INCHES, 70.0), 400.0)


def fit(width: int, height: int, side: int) -> tuple[int, int]:
    """`width` x `height` made small enough that no side passes `side` px; never larger."""
    longest = max(width, height)
    if longest <= side:
        return width, height
    return max(1, round(width * side / longest)), max(1, round(height * side / longest))


def page_image_size(width: int, height: int) -> tuple[int, int]:
    """Size in px of the page image of a page whose natural size is `width` x `height`."""
    return fit(width, height, PAGE_IMAGE_SIDE)


def pdf_dpi(width: float, height: float, dpi: float = PDF_DPI) -> float:
    """The resolution for a page of `width` x `height` points: `dpi`, or what `MAX_PIXELS` allows.

    Raises ValueError where the page would be unreadable at that.
    """
    if not (math.isfinite(width) and math.isfinite(height)) or width <= 0 or height <= 0:
        raise ValueError(f"a page of {width} x {height} points")
    # A little less, as sizes are rounded up to whole px.
    allowed = 0.999 * POINTS_PER_INCH * math.sqrt(MAX_PIXELS / (width * height))
    # One side may be extremely long where the other is short; WebP and pdfium stop at 16,383 px.
    allowed = min(allowed, POINTS_PER_INCH * 16_000 / max(width, height))
    if allowed < LOWEST_DPI:
        raise ValueError(f"a page of {width:.0f} x {height:.0f} points")
    return min(dpi, allowed)


def pdf_size(width: float, height: float, dpi: float) -> tuple[int, int]:
    """Size in px at `dpi` of a page of `width` x `height` points."""
    scale = dpi / POINTS_PER_INCH
    return max(1, round(width * scale)), max(1, round(height * scale))
