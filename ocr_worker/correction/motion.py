"""Sharpen a page that moved across or down while it was taken. By Pillow.

The edges of such print along the way are as sharp as ever; those across it are smeared over as many
px as it moved. A blur by a lens has all edges alike (`focus`).
"""

from __future__ import annotations

import statistics
from typing import Literal, NamedTuple, get_args

from PIL import Image, ImageChops, ImageFilter

from .places import look_at_places

Way = Literal["across", "down"]
_WAYS: tuple[Way, ...] = get_args(Way)

#: So many places across and down are looked at, px each; places of less contrast have no print.
_PLACES, _PLACE, _CONTRAST = 5, 96, 60

#: How much of the contrast lies at most between one px and the next, one way and the other: the
#: smeared one has at most this, and the other so many times as much.
_SMEARED, _TIMES = 0.34, 2.0

#: As many places have print at least, and of these the share that shows the same.
_LEAST, _AGREE = 4, 0.7

#: px over which the steepness of an edge is measured, and by how many it is smoothed along itself.
_STEP, _ALONG = 3, 2

#: Edges of print that did not move reach over so many px.
_EDGE = 0.7

#: The longest motion, px, of which anything is won back.
_MOST = 14.0

#: How often the page is compared with what it would look like if it moved once more, and by how
#: many px its grain is smoothed before. (9 px across, with grain: word F1 0.11, 0.73 with 16 rounds
#: and 0.92 with 40.)
_ROUNDS, _GRAIN = 40, 0.6


class Motion(NamedTuple):
    """`way`: "across" or "down"; over how many px."""

    way: Way
    length: float


def find_motion(gray: Image.Image) -> Motion | None:
    """How far the page `gray` (mode "L") moved; None where it lay still."""
    smeared: list[Motion | None] = []
    for place in look_at_places(gray, _PLACES, _PLACE):
        darkest, lightest = _find_extremes(place)
        if lightest - darkest >= _CONTRAST:
            smeared.append(_find_in_place(place, lightest - darkest))
    if len(smeared) < _LEAST:
        return None
    for way in _WAYS:
        lengths = [found.length for found in smeared if found is not None and found.way == way]
        if len(lengths) >= _AGREE * len(smeared):
            return Motion(way, min(statistics.median(lengths), _MOST))
    return None


def take_off_motion(gray: Image.Image, motion: Motion) -> Image.Image:
    """`gray` with the edges that `motion` has smeared (deconvolution, Landweber's)."""
    radius = (motion.length - 1) / 2
    blur = ImageFilter.BoxBlur((radius, 0) if motion.way == "across" else (0, radius))
    smooth = gray.filter(ImageFilter.GaussianBlur(_GRAIN))
    sharp = smooth
    for _ in range(_ROUNDS):
        blurred = sharp.filter(blur)
        lighter = ImageChops.subtract(smooth, blurred).filter(blur)
        darker = ImageChops.subtract(blurred, smooth).filter(blur)
        sharp = ImageChops.subtract(ImageChops.add(sharp, lighter), darker)
    return sharp


def _find_in_place(place: Image.Image, contrast: int) -> Motion | None:
    across, down = (_find_steepest(place, way, 1) / contrast for way in _WAYS)
    smeared, sharp = min(across, down), max(across, down)
    if smeared > _SMEARED or sharp < _TIMES * smeared:
        return None
    way: Way = "across" if across < down else "down"
    # Grain, which is steep, too, is smoothed along the edges and measured over several px.
    smooth = place.filter(ImageFilter.BoxBlur((0, _ALONG) if way == "across" else (_ALONG, 0)))
    steepest = _find_steepest(smooth, way, _STEP) / _STEP
    return Motion(way, contrast / max(steepest, 1.0) - _EDGE)


def _find_steepest(place: Image.Image, way: Way, step: int) -> int:
    """The greatest difference between two px so many px apart."""
    width, height = place.size
    dx, dy = (step, 0) if way == "across" else (0, step)
    one, other = place.crop((dx, dy, width, height)), place.crop((0, 0, width - dx, height - dy))
    return _find_extremes(ImageChops.difference(one, other))[1]


def _find_extremes(gray: Image.Image) -> tuple[int, int]:
    """The darkest and the lightest px; black where there is none."""
    darkest, lightest = gray.getextrema() if gray.width and gray.height else (0, 0)
    return int(darkest), int(lightest)  # type: ignore[arg-type]
