"""How are the lines of a curled page bent? Pure, by Pillow.

In columns of the page a tenth as wide as it is, lines are nearly straight. Each part of a column is
sheared by several slopes; as in skew.py the darkness changes strongest from row to row where the
lines lie level. A smooth field through the slopes of all parts says how far each point lies below
where it would on a flat page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image

from .ink import find_ink
from .plane import Point
from .warp import warp

#: The longer side, px, of the copy that is looked at: print of 10 point has lines 14 px apart.
_SIDE = 1000

#: Columns and rows of the parts whose slopes are measured.
_COLUMNS, _ROWS = 10, 6

#: Slopes tried (rise over run) and those tried first: where no part prefers these to level, and
#: those that do have hardly any ink, the page is flat.
_STEEPEST, _STEP = 0.09, 0.01
_PROBE = 0.02

_FEW_BENT = 0.1

#: Between px, as after any other shear: else level lines, not being smoothed, would seem sharpest.
_AS_SMOOTH = 0.21

#: A part counts where a slope changes more from row to row than the mean of all slopes by this
#: factor, and has at least this share of the change in the part with the most: else it is noise.
_CLEARLY, _LEAST = 1.25, 0.03
_FEW_PARTS = 8

#: Below this slope lines are level enough.
_LEVEL = 0.012

#: With the lines straight the change across half the page is larger by at least this factor, else
#: nothing is done (3 to 9 on curled pages, 1.4 to 4 on photographs, 1.1 on a flat receipt).
_BETTER, _HALVES = 1.2, 2

#: Keeps the field even where few parts show lines; a slope so far from it counts half.
_STIFF, _FAR = 0.001, 0.008


@dataclass(frozen=True)
class Curl:
    """How far lines lie below their place, as a field over a page of `size` px.

    With u and v from -1 to 1 over width and height, the slope of a line is
    `terms` * (1, u, u^2, u^3, v, uv). Left of `first` and right of `last` (u) it goes on straight.
    """

    size: tuple[int, int]
    terms: tuple[float, ...]
    first: float = -1.0
    last: float = 1.0

    def map_point(self, x: float, y: float) -> Point:
        """Where the point (px) of the flat page lies on the curled one."""
        width, height = self.size
        u, v = 2 * x / width - 1, 2 * y / height - 1
        return x, y + self._sink(u, v) * width / 2

    def slope(self, u: float, v: float) -> float:
        return sum(term * value for term, value in zip(self.terms, _base(u, v), strict=True))

    def scale(self, size: tuple[int, int]) -> Curl:
        """The same for a page of another size and the same shape."""
        return Curl(size, self.terms, self.first, self.last)

    def _sink(self, u: float, v: float) -> float:
        """The slope's integral from the middle of the page to u."""
        inner = min(max(u, self.first), self.last)
        c0, c1, c2, c3, cv, cuv = self.terms
        sink = (c0 + cv * v) * inner + (c1 + cuv * v) * inner**2 / 2
        sink += c2 * inner**3 / 3 + c3 * inner**4 / 4
        return sink + (u - inner) * self.slope(inner, v)


def find_curl(gray: Image.Image) -> Curl | None:
    """The curl of `gray` (mode "L", its lines about level); None where they are straight."""
    factor = max(1, round(max(gray.size) / _SIDE))
    ink = find_ink(gray.reduce(factor) if factor > 1 else gray)
    if min(ink.size) < 20 * _COLUMNS or ink.getbbox() is None:
        return None
    level = _measure(ink, 0.0)
    probes = [_measure(ink, slope) for slope in (-_PROBE, _PROBE)]
    if _prefers_level(level, probes):
        return None
    steps = round(_STEEPEST / _STEP)
    slopes = [step * _STEP for step in range(-steps, steps + 1)]
    measured = [_measure(ink, slope, Image.Resampling.BILINEAR) for slope in slopes]
    least = _LEAST * max(max(values) for values in measured)
    parts = [
        (u, v, *best)
        for index, (u, v) in enumerate(_middles())
        if (best := _find_slope(slopes, [values[index] for values in measured], least)) is not None
    ]
    if len(parts) < _FEW_PARTS:
        return None
    terms = _fit(parts)
    columns = sorted(u for u, *_ in parts)
    few = len(columns) // 20
    half = 1 / _COLUMNS
    curl = Curl(ink.size, terms, columns[few] - half, columns[-1 - few] + half)
    if max(abs(curl.slope(u, v)) for u, v, *_ in parts) < _LEVEL:
        return None
    flat = warp(ink, curl.map_point, ink.size, Image.Resampling.BILINEAR)
    if _change(flat, _HALVES) < _BETTER * _change(ink, _HALVES):
        return None
    return curl.scale(gray.size)


def _measure(
    ink: Image.Image, slope: float, resampling: Image.Resampling = Image.Resampling.NEAREST
) -> list[float]:
    """The change from row to row in each part, row by row, where lines of `slope` lie level.

    Between nearest px small slopes make no difference, but it takes a tenth of the time.
    """
    width, height = ink.size
    sheared = ink
    if slope or resampling != Image.Resampling.NEAREST:
        shear = (1, 0, 0, slope, 1, _AS_SMOOTH - slope * width / 2)
        sheared = ink.transform(ink.size, Image.Transform.AFFINE, shear, resampling)
    # One byte for each column and row: the darkness across the column.
    thin = sheared.resize((_COLUMNS, height), Image.Resampling.BOX).tobytes()
    columns = [thin[column::_COLUMNS] for column in range(_COLUMNS)]
    changes = [[(a - b) ** 2 for a, b in pairwise(column)] for column in columns]
    found = []
    for row in range(_ROWS):
        for column in range(_COLUMNS):
            # A shear about the middle moves a column up or down; its parts move with it.
            moved = slope * width * ((column + 0.5) / _COLUMNS - 0.5)
            top = round(row * height / _ROWS - moved)
            bottom = round((row + 1) * height / _ROWS - moved)
            found.append(float(sum(changes[column][max(top, 0) : max(bottom, 0)])))
    return found


def _change(ink: Image.Image, columns: int) -> int:
    """The change from row to row, in so many columns of the page."""
    thin = ink.resize((columns, ink.height), Image.Resampling.BOX).tobytes()
    return sum((a - b) ** 2 for a, b in zip(thin, thin[columns:], strict=False))


def _middles() -> list[Point]:
    """The middle (u, v) of each part, in the order of `_measure`."""
    return [
        ((2 * column + 1) / _COLUMNS - 1, (2 * row + 1) / _ROWS - 1)
        for row in range(_ROWS)
        for column in range(_COLUMNS)
    ]


def _prefers_level(level: Sequence[float], probes: Sequence[Sequence[float]]) -> bool:
    """Whether hardly any ink lies in parts whose lines are less level than those of a probe."""
    best = [max(values) for values in zip(*probes, strict=True)]
    bent = sum(there for here, there in zip(level, best, strict=True) if there > here)
    return bool(bent < _FEW_BENT * sum(level))


def _find_slope(
    slopes: Sequence[float], values: Sequence[float], least: float
) -> tuple[float, float] | None:
    """The slope of a part's lines, between those tried, and its weight; None without lines."""
    most = max(values)
    mean = sum(values) / len(values)
    if most < _CLEARLY * mean or most < least:
        return None
    index = values.index(most)
    if index in (0, len(values) - 1):
        return None
    before, after = values[index - 1], values[index + 1]
    bend = before - 2 * most + after
    offset = 0.5 * (before - after) / bend if bend else 0.0
    return slopes[index] + offset * _STEP, (most - mean) ** 0.5


def _base(u: float, v: float) -> tuple[float, ...]:
    return 1.0, u, u * u, u * u * u, v, u * v


def _fit(parts: Sequence[tuple[float, float, float, float]]) -> tuple[float, ...]:
    """The terms of the smooth field through the slopes of `parts` (u, v, slope, weight).

    Weighted least squares; parts far from the field count less each time.
    """
    terms: tuple[float, ...] = (0.0,) * 6
    weights = [weight for *_, weight in parts]
    for _ in range(4):
        matrix = [[0.0] * 7 for _ in range(6)]
        for (u, v, slope, _), weight in zip(parts, weights, strict=True):
            base = _base(u, v)
            for i in range(6):
                for j in range(6):
                    matrix[i][j] += weight * base[i] * base[j]
                matrix[i][6] += weight * base[i] * slope
        for i in range(1, 6):
            matrix[i][i] += _STIFF * sum(weights)
        terms = _solve(matrix)
        far = [
            abs(slope - sum(t * b for t, b in zip(terms, _base(u, v), strict=True)))
            for u, v, slope, _ in parts
        ]
        weights = [
            weight / (1 + (each / _FAR) ** 2) for (*_, weight), each in zip(parts, far, strict=True)
        ]
    return terms


def _solve(matrix: list[list[float]]) -> tuple[float, ...]:
    """The solution of linear equations, each row with its right side (Gauss; positive definite)."""
    count = len(matrix)
    for i in range(count):
        pivot = matrix[i][i]
        matrix[i] = [value / pivot for value in matrix[i]]
        for j in range(count):
            if j != i and matrix[j][i]:
                factor = matrix[j][i]
                matrix[j] = [a - factor * b for a, b in zip(matrix[j], matrix[i], strict=True)]
    return tuple(row[-1] for row in matrix)
