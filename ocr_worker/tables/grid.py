"""Rows, columns and cells from the ruling lines of a page. Pure.

All is done in *straight* px: those of the page turned by the slope of its rules about its corner,
so that rules run exactly across and down. A cell ends where a rule is; where the rule between two
places of the grid is missing, one cell reaches over both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from documents.text.page_layout import Box
from ocr_worker.rendering.rules import Rule, Rules

from .grid_cells import GridCell, join_places, number_cells

#: px of a page at 200 dpi: rules that meet may miss each other by so much; rules closer than that
#: are one (a double one).
_REACH, _SAME = 14.0, 11.0

#: A rule lies between two cells where it covers this share of their common side.
_SEPARATES = 0.55

#: A table has at most so many places in its grid; more are hatching.
_MOST_PLACES = 20_000


@dataclass(frozen=True)
class Grid:
    """A ruled table: its cells in the order of reading; `slope` of the page's rules; px that a px
    at 200 dpi has here. `rules`: straight boxes of the rules themselves."""

    cells: tuple[GridCell, ...]
    slope: float
    unit: float
    box: Box
    rules: tuple[Box, ...] = ()

    def straighten(self, x: float, y: float) -> tuple[float, float]:
        """A point of the page in straight px."""
        return x + self.slope * y, y - self.slope * x

    def place_on_page(self, x: float, y: float) -> tuple[float, float]:
        """A straight point in px of the page."""
        scale = 1 + self.slope**2
        return (x - self.slope * y) / scale, (y + self.slope * x) / scale

    def box_on_page(self, box: Box) -> Box:
        """The box around where the corners of a straight box lie on the page."""
        points = [self.place_on_page(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
        xs, ys = zip(*points, strict=True)
        return min(xs), min(ys), max(xs), max(ys)


class _Side(NamedTuple):
    """A straight rule: its place across, from where to where it runs along, half its thickness."""

    at: float
    start: float
    end: float
    half: float


def find_grids(rules: Rules) -> list[Grid]:
    """The tables of at least two rows and two columns that the rules make, from the top."""
    if len(rules.across) < 2 or not rules.down:
        return []
    slope = _find_slope(rules.across)
    across = [_straighten(rule, -slope) for rule in rules.across]
    down = [_straighten(rule, slope) for rule in rules.down]
    grids = []
    for rows, columns in _group(across, down, _REACH * rules.unit):
        grid = _build(rows, columns, slope, rules.unit)
        if grid is not None:
            grids.append(grid)
    return sorted(_drop_inner(grids), key=lambda grid: (grid.box[1], grid.box[0]))


def _find_slope(across: Sequence[Rule]) -> float:
    """The slope that half of the rules' length has or is below."""
    ordered = sorted(across, key=lambda rule: rule.slope)
    half = sum(rule.length for rule in across) / 2
    for rule in ordered:
        half -= rule.length
        if half <= 0:
            return rule.slope
    return 0.0


def _straighten(rule: Rule, turn: float) -> _Side:
    middle = (rule.start + rule.end) / 2
    at = rule.place(middle)
    shift = -turn * at
    return _Side(at + turn * middle, rule.start + shift, rule.end + shift, rule.thickness / 2)


def _group(
    across: Sequence[_Side], down: Sequence[_Side], reach: float
) -> list[tuple[list[_Side], list[_Side]]]:
    """The rules that hang together, those across and those down."""
    groups: list[tuple[list[_Side], list[_Side]]] = []
    for side in across:
        touching = [column for column in down if _meet(side, column, reach)]
        joined: tuple[list[_Side], list[_Side]] = ([side], touching)
        kept = []
        for group in groups:
            if any(column in group[1] for column in touching):
                joined[0].extend(group[0])
                joined[1].extend(column for column in group[1] if column not in joined[1])
            else:
                kept.append(group)
        groups = [*kept, joined] if touching else kept if kept else groups
    return groups


def _meet(one: _Side, other: _Side, reach: float) -> bool:
    return (
        one.start - reach <= other.at <= one.end + reach
        and other.start - reach <= one.at <= other.end + reach
    )


def _build(across: list[_Side], down: list[_Side], slope: float, unit: float) -> Grid | None:
    reach = _REACH * unit
    if len(across) < 2:
        return None
    frame = _find_frame(across, down, reach)
    # A stroke of a letter, a line to write on: no rule of the table, as it ends nowhere.
    for _ in range(3):
        across = [side for rule in across if (side := _trim(rule, down, frame[::2], reach))]
        down = [side for rule in down if (side := _trim(rule, across, frame[1::2], reach))]
    if len(across) < 2 or not down:
        return None
    ys = _merge([*(side.at for side in across), frame[1], frame[3]], _SAME * unit)
    xs = _merge([*(side.at for side in down), frame[0], frame[2]], _SAME * unit)
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 2 or columns < 2 or rows * columns > _MOST_PLACES:
        return None

    def has_rule_right(row: int, column: int) -> bool:
        return _covers(down, xs[column + 1], ys[row], ys[row + 1], _SAME * unit)

    def has_rule_below(row: int, column: int) -> bool:
        return _covers(across, ys[row + 1], xs[column], xs[column + 1], _SAME * unit)

    areas = join_places(rows, columns, has_rule_right, has_rule_below)
    cells = number_cells(areas, xs, ys)
    if max(cell.row + cell.rowspan for cell in cells) < 2:
        return None
    if max(cell.column + cell.colspan for cell in cells) < 2:
        return None
    return Grid(
        cells=tuple(cells),
        slope=slope,
        unit=unit,
        box=(xs[0], ys[0], xs[-1], ys[-1]),
        rules=(
            *((side.start, side.at - side.half, side.end, side.at + side.half) for side in across),
            *((side.at - side.half, side.start, side.at + side.half, side.end) for side in down),
        ),
    )


def _find_frame(across: Sequence[_Side], down: Sequence[_Side], reach: float) -> Box:
    """The outer sides. Some tables have no rule at their sides: there most rules end in one place.

    A single rule that is longer than all others is none of it.
    """
    left = _second([*(side.start for side in across), *(side.at for side in down)], reach)
    right = -_second([*(-side.end for side in across), *(-side.at for side in down)], reach)
    top = _second([*(side.start for side in down), *(side.at for side in across)], reach)
    bottom = -_second([*(-side.end for side in down), *(-side.at for side in across)], reach)
    return left, top, right, bottom


def _second(values: Sequence[float], reach: float) -> float:
    """The least value that another one confirms within `reach`; the least where none does."""
    ordered = sorted(values)
    for one, other in pairwise(ordered):
        if other - one <= reach:
            near = [value for value in ordered if one <= value <= one + reach]
            return near[len(near) // 2]
    return ordered[0]


def _trim(
    rule: _Side, crossing: Sequence[_Side], edges: Sequence[float], reach: float
) -> _Side | None:
    """The rule from the first that it meets to the last; None where it meets fewer than two."""
    met = [side.at for side in crossing if _meet(rule, side, reach)]
    met += [edge for edge in edges if rule.start - reach <= edge <= rule.end + reach]
    if not met or max(met) - min(met) < reach:
        return None
    return rule._replace(start=min(met), end=max(met))


def _merge(values: Sequence[float], same: float) -> list[float]:
    merged: list[list[float]] = []
    for value in sorted(values):
        if merged and value - merged[-1][0] <= same:
            merged[-1].append(value)
        else:
            merged.append([value])
    return [sum(group) / len(group) for group in merged]


def _covers(sides: Sequence[_Side], at: float, start: float, end: float, same: float) -> bool:
    spans = sorted(
        (max(side.start, start), min(side.end, end))
        for side in sides
        if abs(side.at - at) <= same and side.start < end and side.end > start
    )
    covered, reached = 0.0, start
    for first, last in spans:
        covered += max(last - max(first, reached), 0.0)
        reached = max(reached, last)
    return covered >= _SEPARATES * (end - start)


def _drop_inner(grids: Sequence[Grid]) -> list[Grid]:
    """Without the tables that lie in a cell of another."""

    def lies_in(one: Box, other: Box) -> bool:
        x, y = (one[0] + one[2]) / 2, (one[1] + one[3]) / 2
        return other[0] < x < other[2] and other[1] < y < other[3]

    return [
        grid
        for grid in grids
        if not any(
            other is not grid and lies_in(grid.box, other.box) and _area(grid) < _area(other)
            for other in grids
        )
    ]


def _area(grid: Grid) -> float:
    x0, y0, x1, y1 = grid.box
    return (x1 - x0) * (y1 - y0)
