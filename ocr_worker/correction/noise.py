"""Take specks and grain off a page, where even its empty places are full of them. By Pillow."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter

from .places import look_at_places

#: So many places across and down are looked at, px each, in cells of so many px.
_PLACES, _PLACE, _CELL = 4, 128, 16

#: A px is a speck where it differs from those around by at least this much (of 255).
_SPECK = 60

#: The share of specks in a cell from which it is noisy, of 255; in print it is as high. So many of
#: all cells, the quietest, have no print: the least of a densely printed page.
_NOISY, _QUIET = 2, 0.1

#: Contrast is made up for where light is weaker than this (of 255), and grain with it.
_WEAK_LIGHT = 120


def has_noise(gray: Image.Image) -> bool:
    """Whether `gray` (mode "L") has specks all over, between the lines too."""
    cells: list[int] = []
    for place in look_at_places(gray, _PLACES, _PLACE):
        around = place.filter(ImageFilter.BoxBlur(2))
        specks = ImageChops.difference(place, around).point(_SPECKS)
        cells += specks.reduce(_CELL).tobytes()
    cells.sort()
    return cells[int(_QUIET * len(cells))] >= _NOISY


def take_off_noise(gray: Image.Image) -> Image.Image:
    """`gray` without specks and with less grain."""
    return gray.filter(ImageFilter.MedianFilter(3)).filter(ImageFilter.GaussianBlur(0.8))


def smooth_weak_light(gray: Image.Image, light: Image.Image) -> Image.Image:
    """`gray`, divided by the brightness of its paper `light`, without the grain that dividing made
    visible where the light was weak."""
    smooth = gray.filter(ImageFilter.GaussianBlur(1))
    return Image.composite(smooth, gray, light.point(_WEAK))


_SPECKS = [255 if value >= _SPECK else 0 for value in range(256)]
_WEAK = [max(0, min(255, 6 * (_WEAK_LIGHT - value))) for value in range(256)]
