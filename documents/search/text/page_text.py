"""A page's text and where its words are on the page image, small enough to lie in the index. Pure.

What is searched is the text that counts (a correction, else the newest reading). The index keeps
it, so that a page of results costs the database no layouts.
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

#: Numbers kept for a span: its start and length in the text, x0, y0, x1, y1.
_WIDTH = 6
_HEAD = struct.Struct("<IIII")
#: Fast, and little is lost to a higher level.
_LEVEL = 3


@dataclass(frozen=True)
class Span:
    """`box` (px) holds the characters `start` to `end` of the text: a word, or a line or a block
    where its reader gave no words."""

    start: int
    end: int
    box: Box


@dataclass(frozen=True)
class SearchText:
    """`text`: lines parted by a newline, blocks by an empty line. `width`, `height`: px of the
    page image that the boxes are of. `numbers` are the spans', in the order of the text."""

    text: str
    width: int
    height: int
    numbers: array[int] = field(default_factory=lambda: array("I"))

    @property
    def spans(self) -> list[Span]:
        return [self._span(at) for at in range(len(self.numbers) // _WIDTH)]

    def boxes(self, start: int, end: int) -> list[Box]:
        return [box for box, _ in self.pieces(start, end)]

    def pieces(self, start: int, end: int) -> list[tuple[Box, str]]:
        """Where the characters `start` to `end` are, and which of them: one box for each word (two
        for one that is broken over lines), and of a line or a block without words the part that
        they take of it."""
        starts = self.numbers[::_WIDTH]
        first = max(bisect_left(starts, start + 1) - 1, 0)
        found = []
        for at in range(first, len(starts)):
            if starts[at] >= end:
                break
            span = self._span(at)
            if span.end > start:
                begin, until = max(start, span.start), min(end, span.end)
                found.append((self._part(span, begin, until), self.text[begin:until]))
        return found

    def _span(self, at: int) -> Span:
        start, length, x0, y0, x1, y1 = self.numbers[at * _WIDTH : (at + 1) * _WIDTH]
        return Span(start, start + length, (x0, y0, x1, y1))

    def _part(self, span: Span, start: int, end: int) -> Box:
        """The part of the span's box that some of its characters take, were they all as wide."""
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
        if right > length:  # broken over the line's end: the whole width of what it touches
            rows = text[: end - span.start].count("\n") - row + 1
            return (x0, y0 + row * height, x1, y0 + (row + rows) * height)
        wide = (x1 - x0) / length
        return (x0 + left * wide, y0 + row * height, x0 + right * wide, y0 + (row + 1) * height)

    def pack(self) -> bytes:
        text = self.text.encode()
        numbers = array("I", self.numbers)
        if sys.byteorder == "big":
            numbers.byteswap()
        head = _HEAD.pack(self.width, self.height, len(text), len(numbers))
        return zlib.compress(head + text + numbers.tobytes(), _LEVEL)

    @classmethod
    def unpack(cls, data: bytes) -> SearchText:
        """Raises ValueError for what is no packed page."""
        try:
            content = zlib.decompress(data)
            width, height, length, _ = _HEAD.unpack_from(content)
        except (zlib.error, struct.error) as error:
            raise ValueError(f"no packed page: {error}") from error
        numbers = array("I")
        numbers.frombytes(content[_HEAD.size + length :])
        if sys.byteorder == "big":
            numbers.byteswap()
        text = content[_HEAD.size : _HEAD.size + length].decode()
        return cls(text, width, height, numbers)


EMPTY = SearchText("", 0, 0)


def page_text(layout: PageLayout) -> SearchText:
    """The text of a layout, in reading order, with its boxes."""
    parts: list[str] = []
    numbers = array("I")
    length = 0
    for block in layout.blocks_in_order():
        if not block.text.strip():
            continue
        if parts:
            parts.append("\n\n")
            length += 2
        for text, box in _pieces(block):
            if box is not None and text:
                numbers.extend((length, len(text), *(_px(value) for value in box)))
            parts.append(text)
            length += len(text)
    return SearchText("".join(parts), layout.width, layout.height, numbers)


def _pieces(block: Block) -> Iterator[tuple[str, Box | None]]:
    """The block's text in pieces that have a box, and what parts them, which has none."""
    if not block.lines or not _same(block.text, "".join(line.text for line in block.lines)):
        # A table, or a text that was put together anew: its lines are not the block's text.
        yield block.text, block.bbox
        return
    for at, line in enumerate(block.lines):
        if at:
            yield "\n", None
        yield from _line_pieces(line)


def _line_pieces(line: Line) -> Iterator[tuple[str, Box | None]]:
    if not line.words or not _same(line.text, "".join(word.text for word in line.words)):
        yield line.text, line.bbox
        return
    for at, word in enumerate(line.words):
        if at:
            yield " ", None
        yield word.text, word.bbox


def _same(one: str, other: str) -> bool:
    return "".join(one.split()) == "".join(other.split())


def _px(value: float) -> int:
    return min(max(round(value), 0), 2**32 - 1)
