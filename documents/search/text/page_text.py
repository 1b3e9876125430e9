"""The text of a page with the boxes of its words, packed for the index. Pure.

The index stores the searchable text (the correction, else the newest reading), so that a page of
results loads no layouts from the database.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from documents.text.page_layout import Block, Box, Line, PageLayout

#: Numbers of a span: start and length in the text, x0, y0, x1, y1.
_SPAN_NUMBERS = 6
_HEADER = struct.Struct("<IIII")
#: zlib's level: fast, and hardly larger than with a higher one.
_COMPRESSION = 3


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` of the text are inside `box` (px): a word, or a line or block if
    the engine reported no words."""

    start: int
    end: int
    box: Box


@dataclass(frozen=True)
class SearchText:
    """`text`: lines separated by a newline, blocks by an empty line. `width`, `height`: the page
    image in px, to which the boxes refer. `numbers`: the spans, flattened, in text order."""

    text: str
    width: int
    height: int
    numbers: array[int] = field(default_factory=lambda: array("I"))

    @property
    def spans(self) -> list[Span]:
        return [self._span(at) for at in range(len(self.numbers) // _SPAN_NUMBERS)]

    def find_boxes(self, start: int, end: int) -> list[Box]:
        return [box for box, _ in self.locate(start, end)]

    def locate(self, start: int, end: int) -> list[tuple[Box, str]]:
        """Return `(box, text)` for the characters `start` to `end`: one box for each word (two if
        it is broken over lines); of a line or block without words, the part that they take up.
        """
        starts = self.numbers[::_SPAN_NUMBERS]
        first = max(bisect_left(starts, start + 1) - 1, 0)
        found = []
        for at in range(first, len(starts)):
            if starts[at] >= end:
                break
            span = self._span(at)
            if span.end > start:
                begin, until = max(start, span.start), min(end, span.end)
                found.append((self._cut_box(span, begin, until), self.text[begin:until]))
        return found

    def _span(self, at: int) -> Span:
        start, length, x0, y0, x1, y1 = self.numbers[at * _SPAN_NUMBERS : (at + 1) * _SPAN_NUMBERS]
        return Span(start, start + length, (x0, y0, x1, y1))

    def _cut_box(self, span: Span, start: int, end: int) -> Box:
        """The part of the span's box that some characters take up, all assumed equally wide."""
        text = self.text[span.start : span.end]
        if not any(character.isspace() for character in text):
            return span.box
        x0, y0, x1, y1 = span.box
        lines = text.split("\n")
        height = (y1 - y0) / len(lines)
        row = text[: start - span.start].count("\n")
        line_start = text.rfind("\n", 0, start - span.start) + 1
        length = max(len(lines[row]), 1)
        left, right = start - span.start - line_start, end - span.start - line_start
        if right > length:  # broken over lines: the full width of these lines
            rows = text[: end - span.start].count("\n") - row + 1
            return (x0, y0 + row * height, x1, y0 + (row + rows) * height)
        width = (x1 - x0) / length
        return (x0 + left * width, y0 + row * height, x0 + right * width, y0 + (row + 1) * height)

    def pack(self) -> bytes:
        text = self.text.encode()
        numbers = array("I", self.numbers)
        if sys.byteorder == "big":
            numbers.byteswap()
        head = _HEADER.pack(self.width, self.height, len(text), len(numbers))
        return zlib.compress(head + text + numbers.tobytes(), _COMPRESSION)

    @classmethod
    def unpack(cls, data: bytes) -> SearchText:
        """Raises ValueError for data that is no packed page."""
        try:
            content = zlib.decompress(data)
            width, height, length, _ = _HEADER.unpack_from(content)
        except (zlib.error, struct.error) as error:
            raise ValueError(f"no packed page: {error}") from error
        numbers = array("I")
        numbers.frombytes(content[_HEADER.size + length :])
        if sys.byteorder == "big":
            numbers.byteswap()
        text = content[_HEADER.size : _HEADER.size + length].decode()
        return cls(text, width, height, numbers)


EMPTY = SearchText("", 0, 0)


def extract_page_text(layout: PageLayout) -> SearchText:
    """Return the text of a layout, in reading order, with its boxes."""
    parts: list[str] = []
    numbers = array("I")
    length = 0
    for block in layout.blocks_in_order():
        if not block.text.strip():
            continue
        if parts:
            parts.append("\n\n")
            length += 2
        for text, box in _split_block(block):
            if box is not None and text:
                numbers.extend((length, len(text), *(_clamp_px(value) for value in box)))
            parts.append(text)
            length += len(text)
    return SearchText("".join(parts), layout.width, layout.height, numbers)


def _split_block(block: Block) -> Iterator[tuple[str, Box | None]]:
    """Yield the block's text in pieces with a box, and the separators between them without one."""
    if not block.lines or not _is_same_text(block.text, "".join(line.text for line in block.lines)):
        # A table, or a corrected text: the lines are not those of the block's text.
        yield block.text, block.bbox
        return
    for at, line in enumerate(block.lines):
        if at:
            yield "\n", None
        yield from _split_line(line)


def _split_line(line: Line) -> Iterator[tuple[str, Box | None]]:
    if not line.words or not _is_same_text(line.text, "".join(word.text for word in line.words)):
        yield line.text, line.bbox
        return
    for at, word in enumerate(line.words):
        if at:
            yield " ", None
        yield word.text, word.bbox


def _is_same_text(one: str, other: str) -> bool:
    return "".join(one.split()) == "".join(other.split())


def _clamp_px(value: float) -> int:
    return min(max(round(value), 0), 2**32 - 1)
