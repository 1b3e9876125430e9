"""Find the ruling lines of a page: long, thin, straight, darker than what lies on both sides.

Whether a run of px is a rule is asked of the lightest px of it: between letters paper shows, on a
rule it does not. What lies beside it is asked the same way, so a rule is found on a coloured band
as on paper, and a text line, however bold, is none. Pure, by Pillow; a page without rules costs
about 20 ms at 200 dpi.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from PIL import Image, ImageChops

#: Lengths below are px of a page whose longer side is this: A4 at 200 dpi. Larger images are
#: reduced to about it; on smaller ones they shrink, down to this share.
_SIDE = 2339
_SMALLEST = 0.5

#: px whose mean is one place along a rule.
_PLACE = 4

#: Distances, px, at which a thin and a thick rule are compared with what lies beside them, and the
#: contrast (of 255) from which they are rules; a thin one that is as dark all along (within
#: `_EVEN`) already from the lower.
_THIN, _THICK = 5, 13
_STRONG, _THIN_CONTRAST, _EVEN = 110, 26, 24


class _Direction(NamedTuple):
    """`places`: as many in a row have to be dark, a power of two. `shortest`: px of a rule. Print
    is dense along its lines; down the page, the rules of one row of small print are looked for."""

    places: int
    shortest: float


_ACROSS, _DOWN = _Direction(8, 72), _Direction(4, 32)


#: px: a rule goes on after a gap of so much; rows of px that belong together.
_GAP, _STEP = 20, 2

#: A page of so many runs is a picture.
_MOST_RUNS = 8000

#: The steepest rule, as a slope; px that a rule is thick at most.
_STEEPEST, _THICKEST = 0.04, 16.0


@dataclass(frozen=True)
class Rule:
    """A line from (start, at) on: `at` is its place across at `start`, `slope` the change of that
    with each px along. All px; along is x for a rule that runs across the page, else y."""

    start: float
    end: float
    at: float
    slope: float
    thickness: float

    @property
    def length(self) -> float:
        return self.end - self.start

    def place(self, along: float) -> float:
        return self.at + self.slope * (along - self.start)

    def enlarge(self, factor: float) -> Rule:
        return Rule(
            self.start * factor,
            self.end * factor,
            self.at * factor,
            self.slope,
            self.thickness * factor,
        )


@dataclass(frozen=True)
class Rules:
    """The rules of a page (px of its image), those that run across it and those that run down.

    `unit`: px that a px of a page at 200 dpi has here.
    """

    across: tuple[Rule, ...]
    down: tuple[Rule, ...]
    unit: float


class _Run(NamedTuple):
    row: int
    start: int
    end: int  # exclusive


def find_rules(gray: Image.Image) -> Rules:
    """The rules of `gray` (mode "L", upright)."""
    small, scale, factor = reduce_page(gray)
    place = max(1, round(_PLACE * scale))
    # Thick letters look like short rules: without rules across there is no table.
    across = _find(small.reduce((place, 1)), place, scale, _ACROSS)
    down: list[Rule] = []
    if len(across) >= 2:
        turned = small.reduce((1, place)).transpose(Image.Transpose.TRANSPOSE)
        down = _find(turned, place, scale, _DOWN)
    return Rules(
        tuple(rule.enlarge(factor) for rule in across),
        tuple(rule.enlarge(factor) for rule in down),
        factor * scale,
    )


def reduce_page(gray: Image.Image) -> tuple[Image.Image, float, int]:
    """`gray` in a size in which rules are looked for, the px that a px of a page at 200 dpi has
    there, and the factor by which it was reduced."""
    factor = max(1, round(max(gray.size) / _SIDE))
    small = gray.reduce(factor) if factor > 1 else gray
    return small, min(max(max(small.size) / _SIDE, _SMALLEST), 1.0), factor


def _find(small: Image.Image, place: int, scale: float, way: _Direction) -> list[Rule]:
    """The rules that run along the rows of `small`, in which a px is `place` px long."""
    if small.width <= 2 * way.places or small.height <= 2 * _THICK:
        return []
    mask = _mark(small, scale, way.places)
    place *= 2
    least = max(1, round(way.shortest * scale / place) - way.places + 1)
    runs = _collect_runs(mask, least, way.places)
    if not runs or len(runs) > _MOST_RUNS:
        return []
    gap = max(1, round(_GAP * scale / place))
    lines = [line for group in _link(runs, gap) if (line := _fit(group, place, scale))]
    return _join(lines, scale)


def _mark(small: Image.Image, scale: float, places: int) -> Image.Image:
    """255 where a rule begins that is `places` of two px long or longer, else 0; half as wide."""
    # Of a slightly sloping rule a px has a part in each of two rows.
    dark = ImageChops.darker(small, ImageChops.offset(small, 0, 1))
    half = (small.width // 2, small.height)
    box = (0, 0, 2 * half[0], half[1])
    other = ImageChops.offset(dark, -1, 0)
    lightest, darkest = (
        choose(dark, other).resize(half, Image.Resampling.NEAREST, box)
        for choose in (ImageChops.lighter, ImageChops.darker)
    )
    step = 1
    while step < places:
        lightest = ImageChops.lighter(lightest, ImageChops.offset(lightest, -step, 0))
        darkest = ImageChops.darker(darkest, ImageChops.offset(darkest, -step, 0))
        step *= 2
    uneven = ImageChops.subtract(lightest, darkest)
    mask = ImageChops.lighter(
        ImageChops.darker(
            _stands_out(lightest, _THIN * scale, _THIN_CONTRAST), uneven.point(_EVEN_TABLE)
        ),
        ImageChops.lighter(
            _stands_out(lightest, _THIN * scale, _STRONG),
            _stands_out(lightest, _THICK * scale, _STRONG),
        ),
    )
    mask.paste(0, (mask.width - places + 1, 0, mask.width, mask.height))
    return mask


_EVEN_TABLE = [255 if value <= _EVEN else 0 for value in range(256)]


def _stands_out(lightest: Image.Image, distance: float, contrast: int) -> Image.Image:
    """255 where a px is darker by `contrast` than those `distance` px above and below."""
    far = max(2, round(distance))
    beside = ImageChops.darker(
        ImageChops.offset(lightest, 0, far), ImageChops.offset(lightest, 0, -far)
    )
    beside.paste(0, (0, 0, beside.width, far))
    beside.paste(0, (0, beside.height - far, beside.width, beside.height))
    return ImageChops.subtract(beside, lightest).point(
        [255 if value >= contrast else 0 for value in range(256)]
    )


def _collect_runs(mask: Image.Image, least: int, places: int) -> list[_Run]:
    width = mask.width
    runs = []
    # The last places of every row are empty: no run goes on in the next row.
    for found in re.finditer(b"\xff{%d,}" % least, mask.tobytes()):
        row, start = divmod(found.start(), width)
        runs.append(_Run(row, start, start + found.end() - found.start() + places - 1))
        if len(runs) > _MOST_RUNS:
            break
    return runs


def _link(runs: list[_Run], gap: int) -> Iterable[list[_Run]]:
    """Groups of runs that touch, or nearly so, in the same or in neighbouring rows."""
    parents = list(range(len(runs)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    first = 0
    for index, run in enumerate(runs):
        while runs[first].row < run.row - _STEP:
            first += 1
        for other in range(first, index):
            if runs[other].start <= run.end + gap and run.start <= runs[other].end + gap:
                parents[root(other)] = root(index)
    groups: dict[int, list[_Run]] = {}
    for index, run in enumerate(runs):
        groups.setdefault(root(index), []).append(run)
    return groups.values()


def _fit(runs: list[_Run], place: int, scale: float) -> Rule | None:
    """The straight line through the runs; None where they are no line."""
    weights = [run.end - run.start for run in runs]
    total = sum(weights)
    start, end = min(run.start for run in runs), max(run.end for run in runs)
    xs = [(run.start + run.end) / 2 for run in runs]
    # `_mark` made every rule one row thicker, downwards.
    ys = [float(run.row) for run in runs]
    x = sum(weight * value for weight, value in zip(weights, xs, strict=True)) / total
    y = sum(weight * value for weight, value in zip(weights, ys, strict=True)) / total
    spread = sum(w * ((a - x) ** 2 + w * w / 12) for w, a in zip(weights, xs, strict=True))
    common = sum(w * (a - x) * (b - y) for w, a, b in zip(weights, xs, ys, strict=True))
    slope = common / spread / place if spread else 0.0
    thickness = max(total / (end - start) - 1, 1.0)
    if abs(slope) > _STEEPEST or thickness > _THICKEST * scale:
        return None
    return Rule(
        start=float(start * place),
        end=float(end * place),
        at=y + slope * (start - x) * place,
        slope=slope,
        thickness=thickness,
    )


def _join(lines: list[Rule], scale: float) -> list[Rule]:
    """Rules of which one continues the other, as one; two close beside each other, too."""
    joined: list[Rule] = []
    for line in sorted(lines, key=lambda line: line.start):
        for index, other in enumerate(joined):
            if line.start <= other.end + _GAP * scale and _is_level(other, line, scale):
                joined[index] = _unite(other, line)
                break
        else:
            joined.append(line)
    return joined


def _is_level(one: Rule, other: Rule, scale: float) -> bool:
    longer = max(one, other, key=lambda rule: rule.length)
    shorter = other if longer is one else one
    middle = (shorter.start + shorter.end) / 2
    return abs(longer.place(middle) - shorter.place(middle)) <= 4 * max(scale, 0.5)


def _unite(one: Rule, other: Rule) -> Rule:
    longer = max(one, other, key=lambda rule: rule.length)
    start, end = min(one.start, other.start), max(one.end, other.end)
    return Rule(
        start=start,
        end=end,
        at=longer.place(start),
        slope=longer.slope,
        thickness=max(one.thickness, other.thickness),
    )
