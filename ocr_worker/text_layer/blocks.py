"""Group the words of a text layer into lines, blocks and columns, in reading order.

Words that follow each other on a line form a *segment*; a wide gap ends it. Segments are split into
columns where an empty gutter runs between prose on both sides; what spans the gutter, such as a
title, splits the columns into bands. Within a column, segments side by side form a row, and
adjacent rows of one type size form a block: so a table is read row by row.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

from documents.text.markdown import block_to_markdown
from documents.text.page_layout import Block, Box, Line, Word, bounding_box
from ocr_worker.rendering import LayerWord
from ocr_worker.text_layer.columns import (
    Segment,
    group_rotated,
    is_on_one_line,
    middle,
    split_columns,
    split_segments,
)
from ocr_worker.text_layer.titles import Body, TitleRow, find_titles
from ocr_worker.text_layer.words import find_slant, is_astray, straighten

#: How the ids of blocks of a text layer begin. Blocks read beside it have other ids
#: (`ocr_worker.place_blocks`).
_OF_LAYER = "b"

#: Rows further apart than this many type sizes, ink to ink, belong to different blocks; so do rows
#: further apart than the previous two by this factor.
_BLOCK_GAP = 1.05
_WIDER_GAP = 1.3

#: A change of type size by this factor starts a new block.
_SIZE_STEP = 1.3


class _Row:
    """Segments side by side. Stores its box, as a row may have thousands of segments."""

    def __init__(self, segment: Segment) -> None:
        self.segments = [segment]
        self.bbox = segment.bbox
        self.size = segment.size

    def add(self, segment: Segment) -> None:
        self.segments.append(segment)
        self.bbox = bounding_box((self.bbox, segment.bbox))
        self.size = max(self.size, segment.size)

    def describe(self) -> TitleRow:
        words = [word for segment in self.segments for word in segment.words]
        return TitleRow(words, self.bbox, self.size, len(self.segments))


def is_of_layer(block: Block) -> bool:
    """Whether the block of a reading was made here, not by an engine beside the layer."""
    return block.id.startswith(_OF_LAYER)


def group_into_blocks(
    words: Iterable[LayerWord], scale: float, width: int, height: int
) -> tuple[Block, ...]:
    """Blocks in reading order; boxes are the words' times `scale`, within `width` x `height` px."""
    level: list[LayerWord] = []
    turned: list[LayerWord] = []
    astray: list[LayerWord] = []
    words = list(words)
    slant = find_slant([word for word in words if not word.turn])
    for word in words:
        other = turned if word.turn else astray
        (level if not word.turn and not is_astray(word, slant) else other).append(word)
    #: The boxes of words that are placed on straight lines only to be grouped.
    slanted: dict[LayerWord, LayerWord] = {}
    if slant:
        slanted = {straighten(word, slant): word for word in level}
        level = list(slanted)
    body = Body(level)
    rows_of_blocks = [
        rows for part in split_columns(split_segments(level)) for rows in _group_rows(part, body)
    ]
    rows_of_blocks += [("text", [_Row(segment)]) for segment in group_rotated(turned + astray)]

    def scaled(box: Box) -> Box:
        x0, y0, x1, y1 = (max(value, 0.0) * scale for value in box)
        return min(x0, width), min(y0, height), min(x1, width), min(y1, height)

    return tuple(
        _build_block(label, rows, order, scaled, slanted)
        for order, (label, rows) in enumerate(rows_of_blocks)
    )


def _group_rows(segments: list[Segment], body: Body) -> list[tuple[str, list[_Row]]]:
    """Group one column into blocks: each with its label, its rows, their segments from the left."""
    rows: list[_Row] = []
    for segment in sorted(segments, key=lambda s: (middle(s), s.bbox[0])):
        row = next(
            (r for r in rows[-3:] if is_on_one_line(r.bbox, segment.bbox, segment.size)), None
        )
        if row is None:
            rows.append(_Row(segment))
        else:
            row.add(segment)
    for row in rows:
        row.segments.sort(key=lambda s: s.bbox[0])
    titles = find_titles([row.describe() for row in rows], body)
    blocks: list[tuple[str, list[_Row]]] = []
    last: tuple[int, str] | None = None
    for index, row in enumerate(rows):
        title = titles.get(index)
        if blocks and title == last and (title or _continues(blocks[-1][1], row)):
            blocks[-1][1].append(row)
        else:
            blocks.append((title[1] if title else "text", [row]))
        last = title
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


def _build_block(
    label: str,
    rows: list[_Row],
    order: int,
    scaled: Callable[[Box], Box],
    slanted: dict[LayerWord, LayerWord],
) -> Block:
    lines = []
    for row in rows:
        found = [slanted.get(word, word) for segment in row.segments for word in segment.words]
        if _is_right_to_left(found):
            found.sort(key=lambda word: -word.bbox[0])
        words = tuple(Word(word.text, scaled(word.bbox)) for word in found)
        text = " ".join(word.text for word in words)
        lines.append(Line(text, bounding_box(word.bbox for word in words), words))
    block_text = "\n".join(line.text for line in lines)
    return Block(
        id=f"{_OF_LAYER}{order + 1}",
        label=label,
        bbox=bounding_box(line.bbox for line in lines),
        order=order,
        text=block_text,
        markdown=block_to_markdown(label, block_text),
        lines=tuple(lines),
    )


def _is_right_to_left(words: list[LayerWord]) -> bool:
    """Whether most letters of a line are of a script written from right to left (UAX 9)."""
    directions = [unicodedata.bidirectional(letter) for word in words for letter in word.text]
    right = sum(direction in ("R", "AL") for direction in directions)
    return right > directions.count("L")
