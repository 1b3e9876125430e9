"""Where the words of a block's text stand on the page. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from documents.text.page_layout import Block, Box, Word
from documents.text.word_alignment import Effort, find_changes

_WORD = re.compile(r"\S+")
#: Of a character, its width by the height of its line.
_NARROW = 0.5


@dataclass(frozen=True)
class WordPlace:
    """Characters `start` to `end` of the block's text are a word. `box` (px) is None where it is
    unknown: the block's own says no more than where the text is. `confidence`: as of `Word`."""

    start: int
    end: int
    box: Box | None
    confidence: float | None = None


def place_words(block: Block, effort: Effort) -> list[WordPlace]:
    """The words of `block.text`, in order. Of a line without words, each takes its share."""
    spans = [found.span() for found in _WORD.finditer(block.text)]
    texts = [block.text[start:end] for start, end in spans]
    known = list(block.words())
    if not known:
        return _estimate(block, spans)
    paired = _pair(known, texts, effort)
    return [
        WordPlace(start, end, word.bbox, word.confidence) if word else WordPlace(start, end, None)
        for (start, end), word in zip(spans, paired, strict=True)
    ]


def _pair(known: Sequence[Word], texts: Sequence[str], effort: Effort) -> list[Word | None]:
    """For each word of the text the layout's word that it is."""
    names = [word.text for word in known]
    if names == texts:
        return list(known)
    paired: list[Word | None] = [None] * len(texts)
    for step in find_changes(names, texts, effort):
        if step.same or step.i1 - step.i0 == step.j1 - step.j0:
            paired[step.j0 : step.j1] = known[step.i0 : step.i1]
    return paired


def _estimate(block: Block, spans: Sequence[tuple[int, int]]) -> list[WordPlace]:
    """Places by the lines' boxes; of a text that has none and fills one line, by the block's."""
    lines = block.text.split("\n")
    boxes = [line.bbox for line in block.lines]
    if len(boxes) != len(lines):
        boxes = _slice(block.bbox, lines)
    if not boxes:
        return [WordPlace(start, end, None) for start, end in spans]
    places = []
    number = begin = 0
    for start, end in spans:
        while start > begin + len(lines[number]):
            begin += len(lines[number]) + 1
            number += 1
        places.append(
            WordPlace(start, end, _cut(boxes[number], lines[number], start - begin, end - begin))
        )
    return places


def _slice(box: Box, lines: Sequence[str]) -> list[Box]:
    """The block cut into its lines; [] where its text is set in more lines than it names."""
    x0, y0, x1, y1 = box
    height = (y1 - y0) / len(lines)
    longest = max(map(len, lines))
    # A line that is set in two has about four times as much text as its height allows for.
    if height <= 0 or longest * height * _NARROW > 2.5 * (x1 - x0):
        return []
    return [(x0, y0 + height * n, x1, y0 + height * (n + 1)) for n in range(len(lines))]


def _cut(box: Box, line: str, start: int, end: int) -> Box:
    x0, y0, x1, y1 = box
    width = (x1 - x0) / max(len(line), 1)
    return (x0 + width * start, y0, x0 + width * end, y1)
