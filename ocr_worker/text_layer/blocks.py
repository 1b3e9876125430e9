"""Group the words of a text layer into lines, blocks and columns, in reading order.

Words that follow each other on a line form a *segment*; a wide gap ends it. Segments are split into
columns where an empty gutter runs between prose on both sides; what spans the gutter, such as a
title, splits the columns into bands. Within a column, segments side by side form a row, and
adjacent rows of one type size form a block: so a table is read row by row.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate

from documents.text.markdown import paragraphs_to_markdown
from documents.text.page_layout import Block, Box, Line, Word, bounding_box
from ocr_worker.rendering import LayerWord

#: A gap of this many type sizes ends a segment (a word space has a third of one).
_SEGMENT_GAP = 1.2

#: Rows further apart than this many type sizes, ink to ink, belong to different blocks; so do rows
#: further apart than the previous two by this factor.
_BLOCK_GAP = 1.05
_WIDER_GAP = 1.3

#: A change of type size by this factor starts a new block.
_SIZE_STEP = 1.3

#: Columns hold at least this many segments of at least this many words on average.
_COLUMN_SEGMENTS = 4
_COLUMN_WORDS = 2.5

#: At most this share of all segments may span a gutter.
_SPANNING = 0.3


@dataclass(frozen=True)
class _Segment:
    words: tuple[LayerWord, ...]
    bbox: Box
    size: float

    @classmethod
    def of(cls, words: list[LayerWord]) -> _Segment:
        sizes = sorted(word.size for word in words)
        return cls(
            tuple(words), bounding_box(word.bbox for word in words), sizes[len(sizes) // 2] or 1.0
        )


class _Row:
    """Segments side by side. Stores its box, as a row may have thousands of segments."""

    def __init__(self, segment: _Segment) -> None:
        self.segments = [segment]
        self.bbox = segment.bbox
        self.size = segment.size

    def add(self, segment: _Segment) -> None:
        self.segments.append(segment)
        self.bbox = bounding_box((self.bbox, segment.bbox))
        self.size = max(self.size, segment.size)


def group_into_blocks(
    words: Iterable[LayerWord], scale: float, width: int, height: int
) -> tuple[Block, ...]:
    """Blocks in reading order; boxes are the words' times `scale`, within `width` x `height` px."""
    level: list[LayerWord] = []
    turned: list[LayerWord] = []
    for word in words:
        (turned if word.turn else level).append(word)
    rows_of_blocks = [
        rows for part in _split_columns(_split_segments(level)) for rows in _group_rows(part)
    ]
    rows_of_blocks += [[_Row(segment)] for segment in _group_turned(turned)]

    def scaled(box: Box) -> Box:
        x0, y0, x1, y1 = (max(value, 0.0) * scale for value in box)
        return min(x0, width), min(y0, height), min(x1, width), min(y1, height)

    return tuple(_build_block(rows, order, scaled) for order, rows in enumerate(rows_of_blocks))


def _split_segments(words: list[LayerWord]) -> list[_Segment]:
    segments: list[_Segment] = []
    current: list[LayerWord] = []
    for word in words:
        if current and _is_double(current[-1], word):
            continue
        if current and not _follows(current[-1], word):
            segments.append(_Segment.of(current))
            current = []
        current.append(word)
    if current:
        segments.append(_Segment.of(current))
    return segments


def _follows(last: LayerWord, word: LayerWord) -> bool:
    size = max(min(last.size, word.size), 1.0)
    gap = word.bbox[0] - last.bbox[2]
    return -0.5 * size <= gap <= _SEGMENT_GAP * size and _on_one_line(last.bbox, word.bbox, size)


def _on_one_line(one: Box, other: Box, size: float) -> bool:
    overlap = min(one[3], other[3]) - max(one[1], other[1])
    lower = min(one[3] - one[1], other[3] - other[1])
    # A dash or a comma overlaps little with tall letters: near the other's middle is enough.
    middle = abs((one[1] + one[3]) - (other[1] + other[3])) / 2
    return overlap >= 0.4 * lower or (overlap > 0 and middle < 0.5 * size)


def _is_double(last: LayerWord, word: LayerWord) -> bool:
    """Whether the same word is printed twice, slightly apart: simulated bold type."""
    return last.text == word.text and all(
        abs(a - b) < 0.15 * max(word.size, 1.0) for a, b in zip(last.bbox, word.bbox, strict=True)
    )


def _split_columns(segments: list[_Segment], depth: int = 0) -> list[list[_Segment]]:
    """Split the segments into parts that are read one after the other."""
    gutter = _find_gutter(segments) if depth < 4 else None
    if gutter is None:
        return [segments] if segments else []
    spanning = sorted(
        (s for s in segments if s.bbox[0] < gutter < s.bbox[2]), key=lambda s: s.bbox[1]
    )
    parts: list[list[_Segment]] = []
    rest = sorted((s for s in segments if not s.bbox[0] < gutter < s.bbox[2]), key=_middle)
    middles = [_middle(s) for s in rest]
    done = 0
    pending: list[_Segment] = []
    for segment in spanning:
        above = bisect_left(middles, _middle(segment), done)
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


def _middle(segment: _Segment) -> float:
    return (segment.bbox[1] + segment.bbox[3]) / 2


def _split_band(segments: list[_Segment], gutter: float, depth: int) -> list[list[_Segment]]:
    left = [s for s in segments if s.bbox[2] <= gutter]
    right = [s for s in segments if s.bbox[2] > gutter]
    if len(left) < 2 or len(right) < 2:  # a lone line on one side stays in its row
        return [segments] if segments else []
    return _split_columns(left, depth + 1) + _split_columns(right, depth + 1)


def _find_gutter(segments: list[_Segment]) -> float | None:
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


def _separates_prose(segments: list[_Segment], gutter: float) -> bool:
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


def _group_rows(segments: list[_Segment]) -> list[list[_Row]]:
    """Group one column into blocks: lists of rows, their segments from the left."""
    rows: list[_Row] = []
    for segment in sorted(segments, key=lambda s: (_middle(s), s.bbox[0])):
        row = next((r for r in rows[-3:] if _on_one_line(r.bbox, segment.bbox, segment.size)), None)
        if row is None:
            rows.append(_Row(segment))
        else:
            row.add(segment)
    for row in rows:
        row.segments.sort(key=lambda s: s.bbox[0])
    blocks: list[list[_Row]] = []
    for row in rows:
        if blocks and _continues(blocks[-1], row):
            blocks[-1].append(row)
        else:
            blocks.append([row])
    return blocks


def _continues(block: list[_Row], row: _Row) -> bool:
    above = block[-1]
    larger, smaller = max(above.size, row.size), min(above.size, row.size)
    allowed = _BLOCK_GAP * larger
    if len(block) > 1:
        before = above.bbox[1] - block[-2].bbox[3]
        allowed = min(allowed, max(_WIDER_GAP * before, 0.4 * above.size))
    gap = row.bbox[1] - above.bbox[3]
    return gap <= allowed and larger < _SIZE_STEP * smaller


def _group_turned(words: list[LayerWord]) -> list[_Segment]:
    """Group text along the margin: consecutive words of one rotation form one segment."""
    segments: list[list[LayerWord]] = []
    for word in words:
        if segments and segments[-1][-1].turn == word.turn:
            segments[-1].append(word)
        else:
            segments.append([word])
    return [_Segment.of(group) for group in segments]


def _build_block(rows: list[_Row], order: int, scaled: Callable[[Box], Box]) -> Block:
    lines = []
    for row in rows:
        words = tuple(
            Word(word.text, scaled(word.bbox)) for segment in row.segments for word in segment.words
        )
        text = " ".join(word.text for word in words)
        lines.append(Line(text, bounding_box(word.bbox for word in words), words))
    return Block(
        id=f"b{order + 1}",
        label="text",
        bbox=bounding_box(line.bbox for line in lines),
        order=order,
        text="\n".join(line.text for line in lines),
        markdown=paragraphs_to_markdown([[line.text for line in lines]]),
        lines=tuple(lines),
    )
