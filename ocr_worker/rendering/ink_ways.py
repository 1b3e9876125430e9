"""Find the lines of ink that no word covers along a page's text, and across it. Pure.

A stamp, a picture or a note beside the text may stand at a right angle to it. Where both ways find
lines in one place, those of the closer letters are the true ones: rows stand further apart than the
letters in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image

from . import ink
from .rotate import rotate_box, rotate_clockwise

#: Marks across the text are letters where they stand at most so many of their heights apart: the
#: figures of an axis or a column of numbers are further from each other.
_CLOSE = 0.5

#: Lines across with fewer letters are crossed rules, ticks, parts of a drawing; those of marks that
#: are higher, px, or of one width, are cells and check boxes.
_LEAST_LETTERS = 6
_HIGHEST = 30
_LEAST_SPREAD = 0.25


@dataclass(frozen=True)
class InkWay:
    """A line of ink, its box in px; `across`: at a right angle to the page's text."""

    line: ink.InkLine
    across: bool


def find_lines_both_ways(edges: Image.Image, covered: Sequence[ink.Box], turn: int) -> list[InkWay]:
    """The lines of ink outside the boxes `covered`, px of `edges`, on a page whose text is turned
    clockwise by `turn` degrees."""
    along = _find_lines(edges, covered, turn)
    across = [
        line for line in _find_lines(edges, covered, (turn + 90) % 360) if _is_surely_text(line)
    ]
    for crossing in _group_crossing(along, across):
        ways = (
            [line for line in along if line in crossing],
            [line for line in across if line in crossing],
        )
        loser = ways[0] if _weigh(ways[1]) > _weigh(ways[0]) else ways[1]
        along = [line for line in along if line not in loser]
        across = [line for line in across if line not in loser]
    return [InkWay(line, across=False) for line in along] + [
        InkWay(line, across=True) for line in across
    ]


def _is_surely_text(line: ink.InkLine) -> bool:
    x0, y0, x1, y1 = line.bbox
    return (
        line.letters >= _LEAST_LETTERS
        and line.gap <= _CLOSE
        and line.spread >= _LEAST_SPREAD
        and min(x1 - x0, y1 - y0) <= _HIGHEST
    )


def _find_lines(edges: Image.Image, covered: Sequence[ink.Box], turn: int) -> list[ink.InkLine]:
    back = (360 - turn) % 360
    upright = rotate_clockwise(edges, back)
    lines = ink.find_lines(upright, [rotate_box(box, back, *edges.size) for box in covered])
    return [replace(line, bbox=rotate_box(line.bbox, turn, *upright.size)) for line in lines]


def _group_crossing(
    along: Sequence[ink.InkLine], across: Sequence[ink.InkLine]
) -> list[list[ink.InkLine]]:
    """The lines of both ways that lie over each other, directly or by others between them."""
    groups: list[list[ink.InkLine]] = [[line] for line in across]
    for line in along:
        touched = [group for group in groups if any(_cross(line, other) for other in group)]
        if touched:
            groups = [group for group in groups if group not in touched]
            groups.append([line, *(other for group in touched for other in group)])
    return [group for group in groups if any(line in group for line in along)]


def _cross(one: ink.InkLine, other: ink.InkLine) -> bool:
    x0, y0, x1, y1 = one.bbox
    left, top, right, bottom = other.bbox
    return x0 < right and left < x1 and y0 < bottom and top < y1


def _weigh(lines: Sequence[ink.InkLine]) -> float:
    """How much the lines look like text: many letters, close to each other."""
    letters = sum(line.letters for line in lines)
    gap = sum(line.gap * line.letters for line in lines) / max(letters, 1)
    return letters / (0.25 + gap)
