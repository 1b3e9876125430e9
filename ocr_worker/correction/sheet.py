"""Where does a photographed sheet lie on the table? Pure, by Pillow.

Paper is lighter than most tables. From each side of a small copy rays run inwards to the first
step from dark to light; where the steps of a side lie on a straight line, that is the sheet's edge.
Steps are judged by their share, so that an edge in a shadow counts as one in the light does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

from PIL import Image, ImageDraw

from ocr_worker.rendering import ink

from .plane import Point

#: The longer side, px, of the copy that is looked at.
_SIDE = 320

#: At an edge it gets lighter by at least this much (of 255) and this share.
_STEP, _SHARE = 16, 1.2

#: Within so many px of its edge nothing is printed on paper.
_MARGIN = 8

#: A ray runs inwards by at most this share of the way.
_DEEPEST = 0.45

#: Fewer rays of a side that see a step are no edge, as a share of all.
_FEW_RAYS = 0.35

#: Steps at most this far from a line, px, lie on it; this share of the rays between the corners
#: must see their step there.
_NEAR, _ON_LINE = 1.6, 0.65

#: A sheet covers at least this share of the picture, its corners are of so many degrees, and
#: opposite sides differ at most by this factor.
_LEAST_AREA, _SHARPEST, _BLUNTEST, _UNEQUAL = 0.3, 60.0, 120.0, 1.8

#: The longer side, px, of the copy in which text beside a sheet is looked for, and how many letters
#: of it there have to be.
_TEXT_SIDE, _MANY_LETTERS = 1170, 12

#: What is cut off at each edge, px of the small copy: the edge's own shadow.
_RIM = 0.7

#: Lines through so many of a side's steps are tried.
_TRIED = 36

#: A side's line: depth = slope * place + start.
_Line = tuple[float, float]


def find_sheet(gray: Image.Image) -> tuple[Point, Point, Point, Point] | None:
    """The sheet's corners on `gray` (mode "L"), px, clockwise from the top left.

    None where its edges are not all seen (flat scans, sheets that fill the picture), and where
    there is text beside it.
    """
    factor = max(1, round(max(gray.size) / _SIDE))
    small = gray.reduce(factor) if factor > 1 else gray
    width, height = small.size
    if min(width, height) < 40:
        return None
    pixels = small.tobytes()
    rows = [pixels[y * width : (y + 1) * width] for y in range(height)]
    # Left and right by rows, top and bottom by columns; right and bottom seen in a mirror.
    left = _find_edge(rows)
    right = _find_edge([row[::-1] for row in rows]) if left else None
    columns = [bytes(column) for column in zip(*rows, strict=True)] if right else []
    top = _find_edge(columns) if right else None
    bottom = _find_edge([column[::-1] for column in columns]) if top else None
    if left is None or right is None or top is None or bottom is None:
        return None
    sides = [_shift(line, _RIM) for line in (left[0], right[0], top[0], bottom[0])]
    right_line, bottom_line = _mirror(sides[1], width), _mirror(sides[3], height)
    corners = (
        _cross(sides[0], sides[2]),
        _cross(right_line, sides[2]),
        _cross(right_line, bottom_line),
        _cross(sides[0], bottom_line),
    )
    spans = (
        (corners[0][1], corners[3][1]),
        (corners[1][1], corners[2][1]),
        (corners[0][0], corners[1][0]),
        (corners[3][0], corners[2][0]),
    )
    for (_, places), (first, last) in zip((left, right, top, bottom), spans, strict=True):
        on_line = sum(first <= place <= last for place in places)
        if on_line < _ON_LINE * (last - first):
            return None
    if not _is_sheet(corners, width, height):
        return None
    x, y = gray.width / width, gray.height / height
    a, b, c, d = ((px * x, py * y) for px, py in corners)
    return None if _has_text_around(gray, (a, b, c, d)) else (a, b, c, d)


def _has_text_around(gray: Image.Image, corners: Sequence[Point]) -> bool:
    """Whether something like text is beside the sheet: another sheet, white type on a dark page."""
    factor = max(1, round(max(gray.size) / _TEXT_SIDE))
    edges = ink.find_edges(gray.reduce(factor) if factor > 1 else gray)
    sheet = [(x / factor, y / factor) for x, y in corners]
    ImageDraw.Draw(edges).polygon(sheet, fill=0, outline=0, width=3)
    return sum(line.letters for line in ink.find_lines(edges)) >= _MANY_LETTERS


def _find_edge(rays: Sequence[bytes]) -> tuple[_Line, list[int]] | None:
    """The line of the first steps of `rays`, and the rays whose step lies on it."""
    steps = []
    for place, ray in enumerate(rays):
        depth = _find_step(ray)
        if depth is not None:
            steps.append((place, depth))
    if len(steps) < _FEW_RAYS * len(rays):
        return None
    chosen = steps[:: max(1, len(steps) // _TRIED)]
    best: list[tuple[int, float]] = []
    for (t0, d0), (t1, d1) in combinations(chosen, 2):
        slope = (d1 - d0) / (t1 - t0)
        if abs(slope) > 0.6:
            continue
        on_line = [
            (place, depth)
            for place, depth in chosen
            if abs(d0 + slope * (place - t0) - depth) <= _NEAR
        ]
        if len(on_line) > len(best):
            best = on_line
    if len(best) < 3:
        return None
    line = _fit(best)
    for _ in range(2):
        best = [step for step in steps if abs(_depth(line, step[0]) - step[1]) <= _NEAR]
        if len(best) < 3:
            return None
        line = _fit(best)
    return line, [place for place, _ in best]


def _find_step(ray: bytes) -> float | None:
    """How far from its beginning `ray` first gets lighter at once, px; None: it doesn't."""
    before = ray[0]
    for index in range(2, int(len(ray) * _DEEPEST)):
        if before * _SHARE > 255:  # nothing is so much lighter: a flat scan
            return None
        dark, light = ray[index - 1], ray[index + 1]
        if light - dark >= _STEP and light >= _SHARE * dark:
            # Paper is lighter than all that lies before it: the grain of wood, type on paper.
            paper = min(ray[index + 1 : index + 1 + _MARGIN])
            if paper >= _SHARE * before and paper - before >= _STEP:
                steps = [(ray[i + 1] - ray[i - 1], i) for i in (index, index + 1, index + 2)]
                return max(steps)[1] + 0.5
        before = max(before, dark)
    return None


def _fit(steps: Sequence[tuple[int, float]]) -> _Line:
    """The line of least squares."""
    count = len(steps)
    middle = sum(place for place, _ in steps) / count
    depth = sum(depth for _, depth in steps) / count
    spread = sum((place - middle) ** 2 for place, _ in steps) or 1.0
    slope = sum((place - middle) * (each - depth) for place, each in steps) / spread
    return slope, depth - slope * middle


def _depth(line: _Line, place: float) -> float:
    return line[0] * place + line[1]


def _shift(line: _Line, by: float) -> _Line:
    return line[0], line[1] + by


def _mirror(line: _Line, size: int) -> _Line:
    return -line[0], size - line[1]


def _cross(upright: _Line, level: _Line) -> Point:
    """Where x = a*y + b (`upright`) and y = c*x + d (`level`) meet."""
    (a, b), (c, d) = upright, level
    y = (c * b + d) / (1 - a * c)
    return a * y + b, y


def _is_sheet(corners: Sequence[Point], width: int, height: int) -> bool:
    area = 0.0
    lengths = []
    for index, (x, y) in enumerate(corners):
        before, after = corners[index - 1], corners[(index + 1) % 4]
        if not (-0.05 * width <= x <= 1.05 * width and -0.05 * height <= y <= 1.05 * height):
            return False
        one = math.atan2(before[1] - y, before[0] - x)
        other = math.atan2(after[1] - y, after[0] - x)
        angle = math.degrees(one - other) % 360
        if not _SHARPEST <= angle <= _BLUNTEST:
            return False
        area += (x * after[1] - after[0] * y) / 2
        lengths.append(math.dist((x, y), after))
    unequal = [
        max(lengths[i], lengths[i + 2]) / max(min(lengths[i], lengths[i + 2]), 1) for i in (0, 1)
    ]
    return area >= _LEAST_AREA * width * height and max(unequal) <= _UNEQUAL
