"""Rows of words that line up in columns, without rules: which of them may be a table. Pure.

All is done in *straight* px: those of the page turned by the slope of its lines. Words follow each
other in a *segment*; a wide gap ends it, as in `ocr_worker.text_layer.columns`. A *run* is rows
under each other whose segments leave the same gutters free.
"""

from __future__ import annotations

import math
import statistics
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from documents.text.page_layout import Box, Word, bounding_box

#: A table has at most as many columns; more are dots that lead to a number.
MOST_COLUMNS = 25

#: In widths of a letter: a gap from which a segment ends (a space has half of one, in letters of
#: one width a whole one), and the least that a gutter keeps free.
_SEGMENT_GAP, _GUTTER = 1.8, 1.2

#: Words stand on one row where their middles differ by less than this share of the greater height.
_ONE_ROW = 0.45

#: In heights of a word: the space between two rows of a run, and where all are as far apart; how
#: much taller than others words
#: are that belong to none, as turned ones.
_ROW_GAP, _WIDE_GAP, _TALL = 3.0, 5.0, 2.5

#: As many rows under each other may have a single segment, as what goes on from the row above.
_MOST_LONE = 3


@dataclass(frozen=True)
class Segment:
    """Words beside each other, with their boxes."""

    pairs: tuple[tuple[Box, Word], ...]
    box: Box

    @classmethod
    def of(cls, pairs: Iterable[tuple[Box, Word]]) -> Segment:
        pairs = tuple(pairs)
        return cls(pairs, bounding_box(box for box, _ in pairs))

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for _, word in self.pairs)

    @property
    def text(self) -> str:
        return " ".join(word.text for _, word in self.pairs)

    def part_at(self, x: float) -> list[Segment]:
        """The words to the left of `x` and those to its right."""
        left = [pair for pair in self.pairs if pair[0][2] <= x]
        return [Segment.of(part) for part in (left, self.pairs[len(left) :]) if part]


@dataclass(frozen=True)
class Row:
    """Segments from the left; `letter`: the width of a letter, px."""

    segments: tuple[Segment, ...]
    box: Box
    letter: float


@dataclass
class Run:
    """Rows that keep the same gutters free. `columns`: from where to where their words reach, from
    the left."""

    rows: list[Row] = field(default_factory=list)
    columns: list[tuple[float, float]] = field(default_factory=list)

    def column_of(self, segment: Segment) -> int:
        """The index of the column in which the segment, of one of the rows, stands."""
        return bisect_right(self.columns, (segment.box[0], math.inf)) - 1

    @property
    def loose(self) -> int:
        """How many rows have more than one segment in a column."""
        return sum(
            len({self.column_of(part) for part in row.segments}) < len(row.segments)
            for row in self.rows
        )

    @property
    def score(self) -> int:
        """How many segments stand beside another one, in a column of their own."""
        if len(self.columns) < 2:
            return 0
        return sum(len({self.column_of(part) for part in row.segments}) - 1 for row in self.rows)


def make_rows(words: Iterable[tuple[Box, Word]]) -> list[Row]:
    """`words`: with their straight boxes. The rows of the page from the top."""
    found = [pair for pair in words if pair[1].text]
    if not found:
        return []
    height = statistics.median(box[3] - box[1] for box, _ in found)
    letter = statistics.median((box[2] - box[0]) / len(word.text) for box, word in found)
    groups: list[list[tuple[Box, Word]]] = []
    tallest: list[Box] = []
    for box, word in sorted(found, key=lambda pair: pair[0][1] + pair[0][3]):
        if box[3] - box[1] > _TALL * height and len(word.text) > 1:
            continue
        for at in range(len(groups) - 1, max(len(groups) - 4, -1), -1):
            if _is_on_row(tallest[at], box):
                groups[at].append((box, word))
                tallest[at] = max(tallest[at], box, key=lambda other: other[3] - other[1])
                break
        else:
            groups.append([(box, word)])
            tallest.append(box)
    return [_make_row(group, letter) for group in groups]


def find_runs(rows: Sequence[Row]) -> list[Run]:
    """The runs of at least two columns and three rows, those with most segments first; none shares
    a row with another one."""
    runs = [
        run
        for start, row in enumerate(rows)
        # Within rows of as many segments nothing begins.
        if len(row.segments) > 1
        and (not start or len(rows[start - 1].segments) != len(row.segments))
        and (run := _follow(rows, start)).score
        and sum(len(row.segments) > 1 for row in run.rows) > 2
    ]
    taken: set[int] = set()
    apart = []
    for run in sorted(runs, key=lambda run: -run.score):
        if not any(id(row) in taken for row in run.rows):
            taken.update(map(id, run.rows))
            apart.append(run)
    return apart


def _is_on_row(one: Box, other: Box) -> bool:
    height = max(one[3] - one[1], other[3] - other[1])
    return abs(one[1] + one[3] - other[1] - other[3]) / 2 < _ONE_ROW * height


def _make_row(group: list[tuple[Box, Word]], letter: float) -> Row:
    group.sort(key=lambda pair: pair[0][0])
    widths = [(box[2] - box[0]) / len(word.text) for box, word in group if len(word.text) > 1]
    if len(widths) > 1:
        letter = min(max(statistics.median(widths), 0.6 * letter), 1.6 * letter)
    parts = [[group[0]]]
    for before, pair in pairwise(group):
        if pair[0][0] - before[0][2] > _SEGMENT_GAP * letter:
            parts.append([])
        parts[-1].append(pair)
    return Row(tuple(map(Segment.of, parts)), bounding_box(box for box, _ in group), letter)


def _follow(rows: Sequence[Row], start: int) -> Run:
    """The run from row `start` on."""
    #: From where to where each column reaches, and in how many rows.
    columns: list[tuple[float, float, int]] = []
    run = Run()
    lone = 0
    for row in rows[start:]:
        if len(row.segments) > MOST_COLUMNS or (run.rows and not _is_below(run.rows, row)):
            break
        grown = _add(columns, row)
        if grown is None:
            break
        lone = 0 if len(row.segments) > 1 else lone + 1
        if lone > _MOST_LONE:
            break
        columns = grown
        run.rows.append(row)
    while run.rows and len(run.rows[-1].segments) < 2:
        last = run.rows[-1]
        if last is not run.rows[0] and _goes_on(run.rows[-2], last, columns):
            break
        run.rows.pop()
    run.columns = [(x0, x1) for x0, x1, _ in columns]
    return run


def _is_below(above: Sequence[Row], row: Row) -> bool:
    gap = row.box[1] - above[-1].box[3]
    if gap < above[-1].box[3] - above[-1].box[1]:
        return True
    heights = sorted(other.box[3] - other.box[1] for other in above)
    height = heights[len(heights) // 2]
    pitches = sorted(below.box[1] - over.box[1] for over, below in pairwise(above))
    usual = pitches[len(pitches) // 2] if pitches else math.inf
    pitch = row.box[1] - above[-1].box[1]
    if gap > _ROW_GAP * height:
        return gap <= _WIDE_GAP * height and pitch <= 1.25 * usual
    return len(above) < 4 or pitch <= 2.5 * usual


def _add(
    columns: Sequence[tuple[float, float, int]], row: Row
) -> list[tuple[float, float, int]] | None:
    """The columns with a row more; None where it lies over a gutter that two rows keep free."""
    gutter = _GUTTER * row.letter
    grown = list(columns)
    for segment in row.segments:
        x0, _, x1, _ = segment.box
        near = [column for column in grown if column[0] - gutter < x1 and x0 < column[1] + gutter]
        if sum(count > 1 for _, _, count in near) > 1:
            return None
        grown = [column for column in grown if column not in near]
        grown.append(
            (
                min([x0, *(column[0] for column in near)]),
                max([x1, *(column[1] for column in near)]),
                1 + max((count for _, _, count in near), default=0),
            )
        )
    return sorted(grown)


def _goes_on(above: Row, row: Row, columns: Sequence[tuple[float, float, int]]) -> bool:
    """Whether a row of one segment is what had no room in the row above."""
    [segment] = row.segments
    return any(
        goes_on(part, segment, right)
        for part in above.segments
        for left, right, _ in columns
        if left <= part.box[0] <= right and left <= segment.box[0] <= right
    ) and row.box[1] - above.box[3] < 0.9 * (above.box[3] - above.box[1])


def goes_on(above: Segment, segment: Segment, right: float) -> bool:
    """Whether `segment` is what had no room behind `above` in a column that ends at `right`, or
    begins as nothing new does."""
    first = segment.words[0]
    if abs(above.box[0] - segment.box[0]) > 2 * (first.bbox[3] - first.bbox[1]):
        return False
    width = first.bbox[2] - first.bbox[0]
    return first.text[0].islower() or above.box[2] + width > right
