"""Is a page light print on a dark ground as a whole: a negative, a blueprint, a dark slide?"""

from __future__ import annotations

from PIL import Image

#: The darkest and the lightest so many of a thousand px are no tone of the page.
_FEW = 5

#: Print and ground differ by at least this much (of 255).
_CONTRAST = 60

#: Of a page at most this share is print: with more it is a sheet on a table, or a picture.
_PRINT = 0.25


def is_negative(gray: Image.Image) -> bool:
    """Whether `gray` (mode "L") is dark but for a little that is light."""
    histogram = gray.histogram()
    total = sum(histogram)
    darkest = _find_tone(histogram, total * _FEW / 1000)
    ground = _find_tone(histogram, total / 2)
    lightest = _find_tone(histogram, total - total * _FEW / 1000)
    if lightest - darkest < _CONTRAST or lightest - ground <= ground - darkest:
        return False
    middle = (ground + lightest) // 2
    return sum(histogram[middle:]) <= _PRINT * total


def _find_tone(histogram: list[int], rank: float) -> int:
    """The tone that so many px are not lighter than."""
    seen = 0
    for tone, count in enumerate(histogram):
        seen += count
        if seen >= rank:
            return tone
    return 255
