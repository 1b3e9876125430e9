"""Part columns of a run of rows where most rows leave a narrow gutter free. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from .aligned_rows import Row, Run

#: As wide, in letters, is a gutter of which most rows leave more free.
_NARROW = 0.5


def part_columns(run: Run) -> None:
    """Part the columns of which a row has words nearer to each other than segments are: a head."""
    for x in [x for x0, x1 in run.columns for x in _find_narrow_gutters(run.rows, x0, x1)]:
        _part_column(run, x)


def _find_narrow_gutters(rows: Sequence[Row], left: float, right: float) -> list[float]:
    """Where a column falls into several, as most of its rows do."""
    inside = [
        (row.letter, parts)
        for row in rows
        if (
            parts := [part for part in row.segments if left <= part.box[0] and part.box[2] <= right]
        )
    ]
    found: list[float] = []
    for letter, parts in inside:
        for one, other in pairwise(parts):
            x0, x1 = one.box[2], other.box[0]
            for _, others in inside:
                for box, _ in (pair for part in others for pair in part.pairs):
                    if box[2] <= (x0 + x1) / 2:
                        x0 = max(x0, box[2])
                    elif box[0] >= (x0 + x1) / 2:
                        x1 = min(x1, box[0])
                    else:
                        x0, x1 = 1.0, 0.0
            middle = (x0 + x1) / 2
            if x1 - x0 < _NARROW * letter or any(abs(middle - x) < 2 * letter for x in found):
                continue
            beside = [others for _, others in inside
                      if others[0].box[0] < middle < others[-1].box[2]]  # fmt: skip
            parted = sum(all(not part.box[0] < middle < part.box[2] for part in others)
                         for others in beside)  # fmt: skip
            if parted > 1 and 2 * parted >= len(beside):
                found.append(middle)
    return found


def _part_column(run: Run, x: float) -> None:
    run.rows = [
        replace(row, segments=tuple(
            part for segment in row.segments for part in (
                segment.part_at(x) if segment.box[0] < x < segment.box[2] else [segment]
            )
        ))
        for row in run.rows
    ]  # fmt: skip
    at = next(index for index, (x0, x1) in enumerate(run.columns) if x0 < x < x1)
    x0, x1 = run.columns[at]
    boxes = [part.box for row in run.rows for part in row.segments]
    left = max(box[2] for box in boxes if x0 <= box[0] and box[2] <= x)
    right = min(box[0] for box in boxes if x <= box[0] and box[2] <= x1)
    run.columns[at : at + 1] = [(x0, left), (right, x1)]
