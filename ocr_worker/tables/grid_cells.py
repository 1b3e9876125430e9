"""Which places of a grid one cell reaches over, and how its cells are numbered. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from documents.text.page_layout import Box


@dataclass(frozen=True)
class GridCell:
    """A cell: its first row and column from 0, how many of them it spans, its box (straight px)."""

    row: int
    column: int
    rowspan: int
    colspan: int
    box: Box


def join_places(
    rows: int,
    columns: int,
    has_rule_right: Callable[[int, int], bool],
    has_rule_below: Callable[[int, int], bool],
) -> list[tuple[int, int, int, int]]:
    """The rectangles of places (row, column, row after, column after) without a rule inside."""
    areas = {(row, column): (row, column, row + 1, column + 1)
             for row in range(rows) for column in range(columns)}  # fmt: skip

    def unite(one: tuple[int, int], other: tuple[int, int]) -> None:
        area = _around(areas[one], areas[other])
        while True:  # what the rectangle cuts belongs to it as a whole
            grown = area
            for row in range(area[0], area[2]):
                for column in range(area[1], area[3]):
                    grown = _around(grown, areas[row, column])
            if grown == area:
                break
            area = grown
        for row in range(area[0], area[2]):
            for column in range(area[1], area[3]):
                areas[row, column] = area

    for row in range(rows):
        for column in range(columns):
            here = (row, column)
            right, below = (row, column + 1), (row + 1, column)
            if right in areas and areas[here] != areas[right] and not has_rule_right(row, column):
                unite(here, right)
            if below in areas and areas[here] != areas[below] and not has_rule_below(row, column):
                unite(here, below)
    return sorted(set(areas.values()))


def _around(
    one: tuple[int, int, int, int], other: tuple[int, int, int, int]
) -> tuple[int, int, int, int]:
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )


def number_cells(
    areas: Sequence[tuple[int, int, int, int]], xs: Sequence[float], ys: Sequence[float]
) -> list[GridCell]:
    """Cells, numbered by the rows and columns in which any of them begins."""
    rows = {row: index for index, row in enumerate(sorted({area[0] for area in areas}))}
    columns = {column: index for index, column in enumerate(sorted({area[1] for area in areas}))}

    def span(numbers: dict[int, int], first: int, after: int) -> int:
        return sum(first <= number < after for number in numbers)

    return [
        GridCell(
            row=rows[top],
            column=columns[left],
            rowspan=span(rows, top, below),
            colspan=span(columns, left, after),
            box=(xs[left], ys[top], xs[after], ys[below]),
        )
        for top, left, below, after in areas
    ]
