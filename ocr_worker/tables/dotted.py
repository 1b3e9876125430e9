"""Find the dotted and dashed ruling lines of a page. Pure, by Pillow.

A dot or a dash is a small mark. Many of one size at one distance in a row are a rule; the full
stops and the dots of letters of a text line are neither of one size nor at one distance. About
50 ms a page at 200 dpi, so only pages are asked that were read with doubt: an engine takes dots
for signs.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from PIL import Image

from ocr_worker.rendering.marks import Mark, find_marks
from ocr_worker.rendering.rules import Rule, Rules, reduce_page

#: What is darker (of 255) is ink. Runs of ink looked at, at most: a photograph has more.
_INK, _MOST_RUNS = 150, 300_000

#: px of a page at 200 dpi: a dash is so long and so thick at most; dots of one rule are so far
#: apart at most, where one is missing too, and differ by so much across.
_LONGEST, _THICKEST, _GAP, _ASIDE = 16.0, 5.0, 22.0, 2.0

#: So many dots at least are a rule, the share of them that have the common length, and the share
#: that follow at the common distance; px by which these may differ.
_LEAST_ACROSS, _LEAST_DOWN, _ALIKE, _EVENLY, _DIFFERENT = 12, 4, 0.8, 0.75, 1.6


class _Dot(NamedTuple):
    """Along the rule from `start` to `end`, across it at `at`, px."""

    start: int
    end: int
    at: float
    thickness: int


def find_dotted_rules(gray: Image.Image) -> Rules:
    """The rules of `gray` (mode "L", upright) that consist of dots or dashes; none where there are
    none of them in one of the directions."""
    small, scale, factor = reduce_page(gray)
    marks = find_marks(small.point(_IS_INK), _MOST_RUNS)
    across = _find(_select(marks, scale, down=False), _LEAST_ACROSS, scale)
    down = _find(_select(marks, scale, down=True), _LEAST_DOWN, scale) if across else []
    if not down:
        across = []
    return Rules(
        tuple(rule.enlarge(factor) for rule in across),
        tuple(rule.enlarge(factor) for rule in down),
        factor * scale,
    )


_IS_INK = [255 if value < _INK else 0 for value in range(256)]


def _select(marks: Iterable[Mark], scale: float, *, down: bool) -> list[_Dot]:
    """The marks that are small enough for a dot of a rule that runs across the page, or down."""
    longest, thickest = max(_LONGEST * scale, 2), max(_THICKEST * scale, 2)
    dots = []
    for mark in marks:
        if down:
            dot = _Dot(mark.y0, mark.y1 + 1, (mark.x0 + mark.x1) / 2, mark.width)
        else:
            dot = _Dot(mark.x0, mark.x1 + 1, (mark.y0 + mark.y1) / 2, mark.height)
        if dot.end - dot.start <= longest and dot.thickness <= thickest:
            dots.append(dot)
    return sorted(dots)


def _find(dots: Sequence[_Dot], least: int, scale: float) -> list[Rule]:
    gap, aside = max(_GAP * scale, 3), max(_ASIDE * scale, 1)
    chains: list[list[_Dot]] = []
    near: dict[int, list[list[_Dot]]] = defaultdict(list)
    for dot in dots:
        row = round(dot.at / 4)
        candidates = [chain for at in (row - 1, row, row + 1) for chain in near[at]]
        chain = next(
            (
                chain
                for chain in reversed(candidates)
                if 0 <= dot.start - chain[-1].end <= gap and abs(dot.at - chain[-1].at) <= aside
            ),
            None,
        )
        if chain is None:
            chain = []
            chains.append(chain)
        elif round(chain[-1].at / 4) != row:
            near[round(chain[-1].at / 4)].remove(chain)
        else:
            near[row].remove(chain)
        chain.append(dot)
        near[row].append(chain)
    return [_fit(chain) for chain in chains if len(chain) >= least and _is_rule(chain)]


def _is_rule(chain: Sequence[_Dot]) -> bool:
    """Whether the dots are of one length and follow at one distance."""
    lengths = [dot.end - dot.start for dot in chain]
    steps = [after.start - dot.start for dot, after in pairwise(chain)]
    length, step = statistics.median(lengths), statistics.median(steps)
    alike = sum(abs(value - length) <= _DIFFERENT for value in lengths)
    evenly = sum(abs(value - step) <= _DIFFERENT for value in steps)
    return alike >= _ALIKE * len(lengths) and evenly >= _EVENLY * len(steps)


def _fit(chain: Sequence[_Dot]) -> Rule:
    """The straight line through the dots."""
    xs = [(dot.start + dot.end) / 2 for dot in chain]
    line = statistics.linear_regression(xs, [dot.at for dot in chain])
    return Rule(
        start=float(chain[0].start),
        end=float(chain[-1].end),
        at=line.intercept + line.slope * chain[0].start,
        slope=line.slope,
        thickness=statistics.median(dot.thickness for dot in chain),
    )
