"""The lines of a block with a place for each word, also where an engine gave none. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from documents.text.page_layout import Block, Box, Line, Word

#: Width of a letter, as a share of the height of its line, where only the text is known.
_LETTER_WIDTH = 0.45


def lines_of(block: Block) -> Iterator[Line]:
    """The block's lines, which say what the block says, each with its words.

    Where only the block's region is known, its text is wrapped to fit the shape; where only a
    line's box is, its words share it by their lengths.
    """
    if not block.text.strip():
        return
    lines: Iterable[Line] = block.lines
    if block.text.split() != [word for line in block.lines for word in line.text.split()]:
        lines = _wrap_into(block)
    for line in lines:
        texts = line.text.split()
        if not texts:
            continue
        if [word.text for word in line.words] == texts:
            yield line
        else:
            yield replace(line, words=_spread(texts, line.bbox, block.confidence))


def reads_downwards(line: Line) -> bool | None:
    """Whether the line runs down the page, False where up it; None for ordinary lines."""
    x0, y0, x1, y1 = line.bbox
    if y1 - y0 < 2 * (x1 - x0) or len(line.text) < 4:
        return None
    return len(line.words) > 1 and line.words[0].bbox[1] < line.words[-1].bbox[1]


def _spread(texts: Sequence[str], box: Box, confidence: float | None) -> tuple[Word, ...]:
    """Words along their line. One that is high and narrow is taken to run up the page."""
    total = sum(len(text) for text in texts) + len(texts) - 1
    x0, y0, x1, y1 = box
    upwards = y1 - y0 >= 2 * (x1 - x0) and total >= 4
    placed, at = [], 0
    for text in texts:
        begin, end = at / total, (at + len(text)) / total
        at += len(text) + 1
        if upwards:
            place = (x0, y1 - end * (y1 - y0), x1, y1 - begin * (y1 - y0))
        else:
            place = (x0 + begin * (x1 - x0), y0, x0 + end * (x1 - x0), y1)
        placed.append(Word(text, place, confidence))
    return tuple(placed)


def _wrap_into(block: Block) -> Iterator[Line]:
    x0, y0, x1, y1 = block.bbox
    texts = list(_wrap(block.text, x1 - x0, y1 - y0))
    height, longest = (y1 - y0) / len(texts), max(len(text) for text in texts)
    for index, text in enumerate(texts):
        right = x0 + (x1 - x0) * len(text) / longest
        yield Line(text, (x0, y0 + index * height, right, y0 + (index + 1) * height))


def _wrap(text: str, width: float, height: float) -> Iterator[str]:
    paragraphs = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    letters = sum(map(len, paragraphs))
    fitting = math.sqrt(_LETTER_WIDTH * letters * max(height, 1) / max(width, 1))
    lines = max(len(paragraphs), round(fitting))
    most = max(1, math.ceil(letters / lines * 1.1))
    for paragraph in paragraphs:
        current = ""
        for word in paragraph.split():
            if current and len(current) + 1 + len(word) > most:
                yield current
                current = word
            else:
                current = f"{current} {word}" if current else word
        yield current
