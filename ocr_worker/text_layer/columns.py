"""Segments of a line, and the columns that they form, in reading order.

Words that follow each other on a line form a segment; a wide gap ends it. Segments are split into
columns where an empty gutter runs between prose on both sides; what spans the gutter, such as a
title, splits the columns into bands.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate

from documents.text.page_layout import Box, bounding_box
from ocr_worker.rendering import LayerWord

#: A gap of this many type sizes ends a segment (a word space has a third of one).
_SEGMENT_GAP = 1.2

#: Columns hold at least this many segments of at least this many words on average.
_COLUMN_SEGMENTS = 4
_COLUMN_WORDS = 2.5

#: At most this share of all segments may span a gutter.
_SPANNING = 0.3


@dataclass(frozen=True)
class Segment:
    """Words of one line without a wide gap; the box in points, `size` the median type size."""

    words: tuple[LayerWord, ...]
    bbox: Box
    size: float

    @classmethod
    def of(cls, words: list[LayerWord]) -> Segment:
        sizes = sorted(word.size for word in words)
        return cls(
            tuple(words), bounding_box(word.bbox for word in words), sizes[len(sizes) // 2] or 1.0
        )


def split_segments(words: list[LayerWord]) -> list[Segment]:
    """Split the words, in the file's order, at wide gaps and line ends."""
    segments: list[Segment] = []
    current: list[LayerWord] = []
    for word in words:
        if current and not _follows(current[-1], word):
            segments.append(Segment.of(current))
            current = []
        current.append(word)
    if current:
        segments.append(Segment.of(current))
    return segments


def _follows(last: LayerWord, word: LayerWord) -> bool:
    size = max(min(last.size, word.size), 1.0)
    gap = word.bbox[0] - last.bbox[2]
    return -0.5 * size <= gap <= _SEGMENT_GAP * size and is_on_one_line(last.bbox, word.bbox, size)


def is_on_one_line(one: Box, other: Box, size: float) -> bool:
    """Whether two boxes are on one line of text of `size` points."""
    overlap = min(one[3], other[3]) - max(one[1], other[1])
    lower = min(one[3] - one[1], other[3] - other[1])
    # A dash or a comma overlaps little with tall letters: near the other's middle is enough.
    middle = abs((one[1] + one[3]) - (other[1] + other[3])) / 2
    return overlap >= 0.4 * lower or (overlap > 0 and middle < 0.5 * size)


def split_columns(segments: list[Segment], depth: int = 0) -> list[list[Segment]]:
    """Split the segments into parts that are read one after the other."""
    gutter = _find_gutter(segments) if depth < 4 else None
    if gutter is None:
        return [segments] if segments else []
    spanning = sorted(
        (s for s in segments if s.bbox[0] < gutter < s.bbox[2]), key=lambda s: s.bbox[1]
    )
    parts: list[list[Segment]] = []
    rest = sorted((s for s in segments if not s.bbox[0] < gutter < s.bbox[2]), key=middle)
    middles = [middle(s) for s in rest]
    done = 0
    pending: list[Segment] = []
    for segment in spanning:
        above = bisect_left(middles, middle(segment), done)
        if above > done:
            if pending:
                parts.append(pending)
                pending = []
            parts += _split_band(rest[done:above], gutter, depth)
            done = above
        pending.append(segment)
    if pending:
        parts.append(pending)
    return parts + _split_band(rest[done:], gutter, depth)


def middle(segment: Segment) -> float:
    """The y of the segment's middle, points."""
    return (segment.bbox[1] + segment.bbox[3]) / 2


def _split_band(segments: list[Segment], gutter: float, depth: int) -> list[list[Segment]]:
    left = [s for s in segments if s.bbox[2] <= gutter]
    right = [s for s in segments if s.bbox[2] > gutter]
    if len(left) < 2 or len(right) < 2:  # a lone line on one side stays in its row
        return [segments] if segments else []
    return split_columns(left, depth + 1) + split_columns(right, depth + 1)


def _find_gutter(segments: list[Segment]) -> float | None:
    """The x of a gutter between columns of prose; None where there is none."""
    if len(segments) < 2 * _COLUMN_SEGMENTS:
        return None
    left, _, right, _ = bounding_box(s.bbox for s in segments)
    steps = 100
    step = (right - left) / steps
    if step <= 0:
        return None
    crossing_change = [0] * (steps + 2)  # how many more segments cross a step than the one before
    for segment in segments:
        first = int((segment.bbox[0] - left) / step) + 1
        last = min(steps, int((segment.bbox[2] - left) / step))
        if first <= last:
            crossing_change[first] += 1
            crossing_change[last + 1] -= 1
    crossing = list(accumulate(crossing_change))
    inner = range(steps * 15 // 100, steps * 85 // 100)
    fewest = min(crossing[index] for index in inner)
    if fewest > _SPANNING * len(segments):
        return None
    best: tuple[int, int] = (0, 0)  # length and start of the widest run
    start = None
    for index in [*inner, inner.stop]:
        if index < inner.stop and crossing[index] <= fewest:
            start = index if start is None else start
        elif start is not None:
            best = max(best, (index - start, start))
            start = None
    gutter = left + (best[1] + (best[0] - 1) / 2) * step
    return gutter if _separates_prose(segments, gutter) else None


def _separates_prose(segments: list[Segment], gutter: float) -> bool:
    sides = (
        [s for s in segments if s.bbox[2] <= gutter],
        [s for s in segments if s.bbox[0] >= gutter],
    )
    for side in sides:
        if len(side) < _COLUMN_SEGMENTS:
            return False
        if sum(len(s.words) for s in side) < _COLUMN_WORDS * len(side):
            return False
    (_, top, _, bottom), (_, other_top, _, other_bottom) = (
        bounding_box(s.bbox for s in side) for side in sides
    )
    beside = min(bottom, other_bottom) - max(top, other_top)
    return beside > 0.4 * min(bottom - top, other_bottom - other_top)


def group_rotated(words: list[LayerWord]) -> list[Segment]:
    """Group text along the margin: consecutive words of one direction form one segment."""
    segments: list[list[LayerWord]] = []
    for word in words:
        if segments and _is_parallel(segments[-1][-1], word):
            segments[-1].append(word)
        else:
            segments.append([word])
    return [Segment.of(group) for group in segments]


def _is_parallel(one: LayerWord, other: LayerWord) -> bool:
    return one.turn == other.turn and abs(one.slant - other.slant) < 5
