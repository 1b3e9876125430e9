"""Find the lines of ink that no word covers along a page's text, across it, and at a slope. Pure.

A stamp, a picture or a note beside the text may stand at any angle to it. Where several ways find
lines in one place, those of the closer letters are the true ones: rows stand further apart than the
letters in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from PIL import Image

from . import ink
from .ink_slants import find_slanted_regions, lay_level, place_back
from .rotate import rotate_box, rotate_clockwise

#: Marks across the text are letters where they stand at most so many of their heights apart: the
#: figures of an axis or a column of numbers are further from each other.
_CLOSE = 0.5

#: Lines across with fewer letters are crossed rules, ticks, parts of a drawing; those of marks that
#: are higher, px, or of one width, are cells and check boxes.
_LEAST_LETTERS = 6
_HIGHEST = 30
_LEAST_SPREAD = 0.25

#: Ink whose rows are clear at a slope is lines at that slope where it has so many letters there, as
#: a share of those on the level: of lines that rise little, parts look level.
_ON_SLOPE = 0.7


@dataclass(frozen=True)
class InkWay:
    """A line of ink, its box in px; `across`: at a right angle to the page's text. `slant`: the
    further degrees by which it rises, counterclockwise."""

    line: ink.InkLine
    across: bool
    slant: float = 0.0


def find_lines_all_ways(edges: Image.Image, covered: Sequence[ink.Box], turn: int) -> list[InkWay]:
    """The lines of ink outside the boxes `covered`, px of `edges`, on a page whose text is turned
    clockwise by `turn` degrees."""
    left = ink.find_uncovered(edges, covered)
    if left.getbbox() is None:
        return []
    ways = _find_lines_both_ways(left, turn)
    upright = rotate_clockwise(left, (360 - turn) % 360)
    for region in find_slanted_regions(upright):
        level = lay_level(upright.crop(region.bbox), region.slant, 0)
        lines, across = max(
            ((_find_print(level, 0), False), (_find_print(level, 90), True)),
            key=lambda found: _weigh(found[0]),
        )
        place = rotate_box(region.bbox, turn, *upright.size)
        others = [way for way in ways if _cross(way.line, replace(way.line, bbox=place))]
        if _count_letters(lines) < _ON_SLOPE * _count_letters(way.line for way in others):
            continue
        ways = [way for way in ways if way not in others]
        for line in lines:
            box = rotate_box(place_back(line.bbox, region, level.size), turn, *upright.size)
            ways.append(InkWay(replace(line, bbox=box), across, region.slant))
    return ways


def _find_lines_both_ways(left: Image.Image, turn: int) -> list[InkWay]:
    along = _find_lines(left, turn)
    across = [line for line in _find_lines(left, (turn + 90) % 360) if _is_surely_text(line)]
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


def _find_lines(left: Image.Image, turn: int) -> list[ink.InkLine]:
    upright = rotate_clockwise(left, (360 - turn) % 360)
    lines = ink.find_lines(upright)
    return [replace(line, bbox=rotate_box(line.bbox, turn, *upright.size)) for line in lines]


def _find_print(level: Image.Image, turn: int) -> list[ink.InkLine]:
    """The lines on a part of the page without those of one stroke, such as an arrow: halfway up, a
    word is crossed about as often as it has letters."""
    upright = rotate_clockwise(level, turn)
    found = []
    for line in ink.find_lines(upright):
        x0, y0, x1, y1 = map(round, line.bbox)
        middle = upright.crop((x0, (y0 + y1) // 2, x1, (y0 + y1) // 2 + 1)).tobytes()
        if len(_DARK.findall(middle)) >= line.letters / 2:
            box = rotate_box(line.bbox, (360 - turn) % 360, *upright.size)
            found.append(replace(line, bbox=box))
    return found


_DARK = re.compile(b"[\x80-\xff]+")


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


def _count_letters(lines: Iterable[ink.InkLine]) -> int:
    return sum(line.letters for line in lines)


def _weigh(lines: Sequence[ink.InkLine]) -> float:
    """How much the lines look like text: many letters, close to each other."""
    letters = _count_letters(lines)
    gap = sum(line.gap * line.letters for line in lines) / max(letters, 1)
    return letters / (0.25 + gap)
