"""Is there anything on a page that could be text? Decided from its ink, without OCR.

The page is reduced to about 100 dpi, its background (tone of the paper, shadows of a fold) is
subtracted, and clearly darker pixels are joined into connected marks. A page is blank when no mark
has the size of a letter: specks of dust are smaller, borders and folds of a scan are longer or lie
at the edge. A page with much ink is never blank. Errors differ in cost: a blank page taken for a
written one costs an OCR, a written page taken for blank loses its text.
"""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter

from .marks import Mark, find_marks

#: The longer side of the reduced page, px: A4 at 100 dpi.
_SIDE = 1170

#: A pixel this much darker than its surroundings is ink (of 255).
_CONTRAST = 36

#: A larger share of ink than this is never noise.
_MUCH_INK = 0.08

#: A mark is a letter from this many px of ink and this longest side: 5-point type at 100 dpi.
_LETTER_INK = 9
_LETTER_SIDE = 5

#: A part less high, px, is not looked at by itself.
_LEAST = 24

#: Bands in which a letter is looked for first, one by one.
_BANDS = 12

#: Shares of the page's height, about its middle, that are looked at before all of it.
_FIRST = (1 / 12, 1 / 3)

#: Marks within this share of the page's edge belong to its border.
_BORDER = 0.02


def is_blank(gray: Image.Image) -> bool:
    """Whether `gray` (mode "L", a whole page at any resolution) carries nothing like text."""
    factor = max(1, round(max(gray.size) / _SIDE))
    small = gray.reduce(factor) if factor > 1 else gray
    if small.width < 8 or small.height < 8:
        return not _has_contrast(small)
    # Most pages have print in their middle, which is looked at in a tenth of the time.
    for share in _FIRST:
        height = round(share * small.height)
        top = (small.height - height) // 2
        if height >= _LEAST and not _is_blank(small.crop((0, top, small.width, top + height))):
            return False
    return _is_blank(small)


def _is_blank(small: Image.Image) -> bool:
    width, height = small.size
    paper = small.filter(ImageFilter.MedianFilter(3)).reduce(4)
    paper = paper.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(8))
    background = paper.resize(small.size, Image.Resampling.BILINEAR)
    ink = ImageChops.subtract(background, small).point(lambda v: 255 if v >= _CONTRAST else 0)
    inset_x, inset_y = round(width * _BORDER), round(height * _BORDER)
    if inset_x and inset_y:
        inner = ink.crop((inset_x, inset_y, width - inset_x, height - inset_y))
    else:
        inner = ink
    if inner.histogram()[255] > _MUCH_INK * inner.width * inner.height:
        return False
    height = -(-inner.height // _BANDS)
    for top in range(0, inner.height, height):
        # What lies in a band as a whole is a mark of the page. On a page of text the search ends
        # in one of the first bands.
        band = inner.crop((0, top, inner.width, min(top + height, inner.height)))
        if any(_is_letter(mark, band.size, inner.size) for mark in find_marks(band)):
            return False
    return not any(_is_letter(mark, inner.size, inner.size) for mark in find_marks(inner))


def _has_contrast(image: Image.Image) -> bool:
    low, high = image.getextrema()
    return bool(high - low >= _CONTRAST)  # type: ignore[operator]


def _is_letter(mark: Mark, size: tuple[int, int], page: tuple[int, int]) -> bool:
    """`size`: of the part of a page, of `page` px, that the mark was found in."""
    x0, y0, x1, y1, ink, _ = mark
    width, height = mark.width, mark.height
    if ink < _LETTER_INK or max(width, height) < _LETTER_SIDE:
        return False
    if x0 == 0 or y0 == 0 or x1 == size[0] - 1 or y1 == size[1] - 1:
        return False  # continues into the border: a shadow, a punched hole, a torn corner
    if min(width, height) <= 3 and max(width, height) > 12 * min(width, height):
        return False  # a fold, a scratch, a ruled line
    return max(width, height) < 0.5 * max(page)
