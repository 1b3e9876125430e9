"""Sharpen a page that a lens, or a glass that it did not lie flat on, has blurred. By Pillow."""

from __future__ import annotations

import math
import statistics

from PIL import Image, ImageChops, ImageFilter

from .places import look_at_places

#: So many places across and down are looked at, px each; places of less contrast have no print.
_PLACES, _PLACE, _CONTRAST = 5, 96, 60

#: How much of the contrast of print lies at most between one px and the next: 0.93 to 1 in the 32
#: truth pages, 0.42 by a good phone, 0.32 where print is blurred by 1.5 px and 0.17 by 3 px. From
#: here on the page is blurred, by `_SPREAD` / share px (the sigma of a Gaussian), at most so many.
_SOFT, _SPREAD, _MOST = 0.34, 0.5, 3.5

#: How often the page is compared with what it would look like if it were blurred once more: with 4
#: rounds less is read of print blurred by 3 px (word F1 0.88, 0.94 with 8). Grain grows with each,
#: so it is smoothed first, by so many px.
_ROUNDS, _GRAIN = 8, 1.0


def find_blur(gray: Image.Image) -> float:
    """By how many px the print of `gray` (mode "L") is blurred; 0 where it is sharp enough."""
    shares: list[float] = []
    for place in look_at_places(gray, _PLACES, _PLACE):
        darkest, lightest = _find_extremes(place)
        contrast = lightest - darkest
        if contrast >= _CONTRAST:
            shares.append(_find_steepest(place) / contrast)
    share = statistics.median(shares) if shares else 1.0
    return min(_SPREAD / max(share, 0.01), _MOST) if share < _SOFT else 0.0


def sharpen(gray: Image.Image, radius: float) -> Image.Image:
    """`gray` with the edges that a blur of `radius` px has taken (deconvolution, van Cittert's)."""
    smooth = gray.filter(ImageFilter.GaussianBlur(_GRAIN))
    sharp = smooth
    blur = ImageFilter.GaussianBlur(math.hypot(radius, _GRAIN))
    for _ in range(_ROUNDS):
        blurred = sharp.filter(blur)
        lighter = ImageChops.subtract(smooth, blurred)
        darker = ImageChops.subtract(blurred, smooth)
        sharp = ImageChops.subtract(ImageChops.add(sharp, lighter), darker)
    return sharp


def _find_steepest(place: Image.Image) -> int:
    """The greatest difference between a px and the next, across or down."""
    width, height = place.size
    across = ImageChops.difference(
        place.crop((1, 0, width, height)), place.crop((0, 0, width - 1, height))
    )
    down = ImageChops.difference(
        place.crop((0, 1, width, height)), place.crop((0, 0, width, height - 1))
    )
    return max(_find_extremes(across)[1], _find_extremes(down)[1])


def _find_extremes(gray: Image.Image) -> tuple[int, int]:
    """The darkest and the lightest px; black where there is none."""
    darkest, lightest = gray.getextrema() if gray.width and gray.height else (0, 0)
    return int(darkest), int(lightest)  # type: ignore[arg-type]
