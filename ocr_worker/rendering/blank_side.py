"""Is a side of a scanned sheet empty, to a person's eye? Runs only in the child process.

Stricter things are left out than `blank_page` leaves out, because this does not decide what is
read: it decides where a stack of sheets is cut, which a person sees and can undo. Not counted are
ink that is as faint as print that shines through, holes of a punch, and a few specks as large as a
letter.
"""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter

from .marks import Mark, find_marks

#: The longer side of the page that is looked at, px: A4 at 100 dpi.
_SIDE = 1170

#: A pixel this much darker than the paper around it is ink (of 255). Print that shines through
#: is 20 to 50 darker, a soft pencil 70.
_CONTRAST = 56

#: A larger share of ink than this is a picture.
_MUCH_INK = 0.05

#: A mark is a letter from this many px of ink and this longest side: 6-point type at 100 dpi.
_LETTER_INK, _LETTER_SIDE = 9, 5
#: An empty side has as many of them at most. (A number of a page alone has up to three.)
_SPECKS = 3

#: Of the page's size: its border, where shadows of the sheet's edge are, and where holes may be.
_BORDER, _MARGIN = 0.025, 0.13
#: A hole, px at 100 dpi: 4 to 10 mm across; as high as broad; filled.
_HOLE, _ROUND, _FILLED = (14, 42), 1.5, 0.55


def is_blank_side(gray: Image.Image) -> bool:
    """Whether `gray` (mode "L", a whole page at any resolution) has nothing that a person means."""
    factor = max(1, round(max(gray.size) / _SIDE))
    small = gray.reduce(factor) if factor > 1 else gray
    width, height = small.size
    if width < 32 or height < 32:
        return False
    paper = small.filter(ImageFilter.MedianFilter(3)).reduce(4)
    paper = paper.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(8))
    background = paper.resize(small.size, Image.Resampling.BILINEAR)
    ink = ImageChops.subtract(background, small).point(lambda v: 255 if v >= _CONTRAST else 0)
    x, y = round(width * _BORDER), round(height * _BORDER)
    inner = ink.crop((x, y, width - x, height - y))
    if inner.histogram()[255] > _MUCH_INK * inner.width * inner.height:
        return False
    letters = sum(_is_letter(mark, inner.size) for mark in find_marks(inner))
    return letters <= _SPECKS


def _is_letter(mark: Mark, size: tuple[int, int]) -> bool:
    x0, y0, x1, y1, ink, _ = mark
    longer, shorter = max(mark.width, mark.height), min(mark.width, mark.height)
    if ink < _LETTER_INK or longer < _LETTER_SIDE:
        return False
    if x0 == 0 or y0 == 0 or x1 == size[0] - 1 or y1 == size[1] - 1:
        return False  # continues into the border: a shadow, a torn corner
    if shorter <= 3 and longer > 12 * shorter:
        return False  # a fold, a scratch, a streak of the scanner
    return not _is_hole(mark, size) and longer < 0.5 * max(size)


def _is_hole(mark: Mark, size: tuple[int, int]) -> bool:
    x0, y0, x1, y1, ink, _ = mark
    longer, shorter = max(mark.width, mark.height), min(mark.width, mark.height)
    near = min(x0 / size[0], y0 / size[1], 1 - x1 / size[0], 1 - y1 / size[1]) < _MARGIN
    return (
        near
        and _HOLE[0] <= longer <= _HOLE[1]
        and longer <= _ROUND * shorter
        and ink >= _FILLED * mark.width * mark.height
    )
