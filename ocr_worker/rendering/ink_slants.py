"""Find the lines of ink that no word covers and that stand at a slope, as a stamp does. Pure.

What is left beside the words is parted into regions, and each is turned until the ink in it lies in
rows: there, lines are found as on a level page. Pages on which nothing is left cost a millisecond.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageFilter

from .ink import Box
from .marks import find_marks

#: Ink is gathered in cells of so many px, and cells that are so many apart are one region.
_CELL, _NEAR = 4, 2

#: Sides of a region, px: smaller, it is a word or two of small print; larger than this share of the
#: page, a drawing.
_LEAST_SIDE, _LEAST_LENGTH, _LARGEST = 12, 36, 0.3

#: Height of a region, with a rim, px, from which its lines may stand at an angle.
_LEAST_HEIGHT = 40

#: Regions looked at, the largest first, and the longer side, px, to which one is reduced for it.
_MOST_REGIONS, _SIDE = 8, 220

#: Slopes tried, degrees: steps, the steepest (beyond it rows are columns), and those that need no
#: turning.
_STEP, _FINE_STEP, _STEEPEST, _LEVEL = 3.0, 1.0, 45.0, 5.0

#: At the right slope the change from row to row is larger than on the level by this factor.
#: On the level, where that is right, it is larger than at these slopes by that one.
_CLEARLY = 1.3
_PROBES, _SURELY = (-21.0, -9.0, 9.0, 21.0), 3.0


@dataclass(frozen=True)
class Region:
    """A part of the page, px, whose rows of ink rise by `slant` degrees, counterclockwise."""

    bbox: tuple[int, int, int, int]
    slant: float


def find_slanted_regions(ink: Image.Image) -> Iterator[Region]:
    """The regions of `ink` (0 and 255, about 100 dpi, without what words cover) at a slope."""
    for box in _find_regions(ink)[:_MOST_REGIONS]:
        slant = _find_slant(ink.crop(box))
        if abs(slant) >= _LEVEL:
            yield Region(box, slant)


def may_hold_turned(ink: Image.Image) -> bool:
    """Whether a region of `ink` is high enough for lines at an angle: a word or two are not."""
    return any(box[3] - box[1] >= _LEAST_HEIGHT for box in _find_regions(ink))


def lay_level(image: Image.Image, slant: float, paper: int) -> Image.Image:
    """`image` turned so that lines which rise by `slant` degrees are level; it grows by that."""
    return image.rotate(-slant, Image.Resampling.BICUBIC, expand=True, fillcolor=paper)


def place_back(box: Box, region: Region, size: tuple[int, int]) -> Box:
    """Around where `box`, on the level image of `size` px of a region, stands on the page."""
    x0, y0, x1, y1 = region.bbox
    middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
    angle = math.radians(region.slant)
    cos, sin = math.cos(angle), math.sin(angle)
    points = [
        (middle_x + dx * cos + dy * sin, middle_y - dx * sin + dy * cos)
        for dx in (box[0] - size[0] / 2, box[2] - size[0] / 2)
        for dy in (box[1] - size[1] / 2, box[3] - size[1] / 2)
    ]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _find_regions(ink: Image.Image) -> list[tuple[int, int, int, int]]:
    cells = ink.reduce(_CELL).point([0] + [255] * 255)
    near = cells.filter(ImageFilter.BoxBlur(_NEAR)).point([0] + [255] * 255)
    found = []
    for mark in find_marks(near):
        width, height = (mark.width - 2 * _NEAR) * _CELL, (mark.height - 2 * _NEAR) * _CELL
        if min(width, height) < _LEAST_SIDE or max(width, height) < _LEAST_LENGTH:
            continue
        if width * height > _LARGEST * ink.width * ink.height:
            continue
        box = (
            mark.x0 * _CELL,
            mark.y0 * _CELL,
            min((mark.x1 + 1) * _CELL, ink.width),
            min((mark.y1 + 1) * _CELL, ink.height),
        )
        found.append(box)
    return sorted(found, key=lambda box: (box[0] - box[2]) * (box[3] - box[1]))


def _find_slant(ink: Image.Image) -> float:
    """The slope of the rows, or columns, of the region; 0 where none is clear."""
    factor = max(1, round(max(ink.size) / _SIDE))
    measure = _prepare(ink.reduce(factor) if factor > 1 else ink)
    if measure(0.0) >= _SURELY * max(map(measure, _PROBES)):
        return 0.0
    steps = int(_STEEPEST / _STEP)
    best = max((_STEP * step for step in range(-steps, steps)), key=measure)
    best = max((best + _FINE_STEP * step for step in (-2, -1, 0, 1, 2)), key=measure)
    return best if measure(best) >= _CLEARLY * measure(0.0) else 0.0


def _prepare(ink: Image.Image) -> Callable[[float], float]:
    known: dict[float, float] = {}

    def measure(slant: float) -> float:
        if slant not in known:
            level = ink.rotate(-slant, Image.Resampling.BILINEAR, expand=True) if slant else ink
            rows = level.resize((1, level.height), Image.Resampling.BOX).tobytes()
            columns = level.resize((level.width, 1), Image.Resampling.BOX).tobytes()
            known[slant] = max(_change(rows) * level.width**2, _change(columns) * level.height**2)
        return known[slant]

    return measure


def _change(values: Sequence[int]) -> float:
    return float(sum((one - other) ** 2 for one, other in pairwise(values)))
