"""Where each word of a layout goes on the page: runs of text with a place and a width. Pure.

A run is as high as its line, so that words of a line stand on one baseline and a reader of the PDF
finds the line; its width is that of its word, so that a selection covers the ink.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from documents.text.page_layout import Block, Box, Line, PageLayout, Word

#: Width of a letter, as a share of the height of its line, where only the text is known.
_LETTER_WIDTH = 0.45

#: A gap between words, as a share of the line's height, from which every reader sees a space; no
#: word is made narrower than this share of itself for it.
_LEAST_GAP, _LEAST_SHARE = 0.18, 0.8

#: A line is askew where it sinks by this share of its height.
_ASKEW = 0.25


@dataclass(frozen=True)
class Run:
    """`text` from the left end of its baseline, `x`, `y` (px, y down), `width` long, `height` high.

    `turn`: degrees clockwise by which it is rotated on the upright page: 0, 90, 270.
    """

    text: str
    x: float
    y: float
    width: float
    height: float
    turn: int = 0


def place_page(layout: PageLayout) -> list[Run]:
    """The text of the page in reading order."""
    return [run for block in layout.blocks_in_order() for run in place_block(block)]


def place_block(block: Block) -> Iterator[Run]:
    """The runs of one block; by its lines where they say what the block says."""
    if not block.text.strip():
        return
    if block.text.split() != [word for line in block.lines for word in line.text.split()]:
        yield from _place_by_area(block.text, block.bbox)
        return
    for line in block.lines:
        yield from _place_line(line)


def _place_line(line: Line) -> Iterator[Run]:
    x0, _, x1, _ = line.bbox
    if not line.text.strip():
        return
    turn = _find_turn(line)
    words = line.words
    if [word.text for word in words] != line.text.split():
        words = _spread(line.text.split(), line.bbox, turn)
    baseline = _Baseline(words)
    groups = _share_places(words)
    boxes = [
        group[0].bbox if len(group) == 1 else _free_place(group, words, line.bbox, turn)
        for group in groups
    ]
    for index, (group, box) in enumerate(zip(groups, boxes, strict=True)):
        text = " ".join(word.text for word in group)
        if turn == 90:
            yield Run(text, x0, box[1], box[3] - box[1], x1 - x0, turn)
        elif turn == 270:
            yield Run(text, x1, box[3], box[3] - box[1], x1 - x0, turn)
        else:
            end = box[2]
            if index + 1 < len(boxes) and box[0] < boxes[index + 1][0]:
                # Readers see a space where there is a gap, whatever the text says.
                free = boxes[index + 1][0] - _LEAST_GAP * baseline.height
                end = min(end, max(free, box[0] + _LEAST_SHARE * (box[2] - box[0])))
            middle = (box[0] + box[2]) / 2
            yield Run(text, box[0], baseline.at(middle), end - box[0], baseline.height)


class _Baseline:
    """The common bottom of a line's words, and their height: it slopes where the page is askew.

    Words much higher than the others (a rule taken for a letter) have no say.
    """

    def __init__(self, words: Sequence[Word]) -> None:
        usual = statistics.median(word.bbox[3] - word.bbox[1] for word in words)
        boxes = [word.bbox for word in words if word.bbox[3] - word.bbox[1] <= 1.4 * usual]
        self._slope = _find_slope(boxes, usual)
        level = [(box, self._slope * (box[0] + box[2]) / 2) for box in boxes]
        self._bottom = max(box[3] - rise for box, rise in level)
        self.height = max(self._bottom - min(box[1] - rise for box, rise in level), 1.0)

    def at(self, x: float) -> float:
        return self._bottom + self._slope * x


def _find_slope(boxes: Sequence[Box], height: float) -> float:
    """How much the line sinks per px to the right; 0 where it is level within its own noise."""
    if len(boxes) < 3:
        return 0.0
    xs = [(box[0] + box[2]) / 2 for box in boxes]
    ys = [(box[1] + box[3]) / 2 for box in boxes]
    x, y = statistics.fmean(xs), statistics.fmean(ys)
    spread = sum((each - x) ** 2 for each in xs)
    if not spread:
        return 0.0
    slope = sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / spread
    drop = abs(slope) * (max(xs) - min(xs))
    return slope if drop > _ASKEW * height and abs(slope) < 0.3 else 0.0


def _find_turn(line: Line) -> int:
    """Whether the line runs down (90) or up (270) the page: it is high, narrow and has letters."""
    x0, y0, x1, y1 = line.bbox
    if y1 - y0 < 2 * (x1 - x0) or len(line.text) < 4:
        return 0
    if len(line.words) > 1 and line.words[0].bbox[1] < line.words[-1].bbox[1]:
        return 90
    return 270


def _share_places(words: Sequence[Word]) -> list[list[Word]]:
    """Words after each other that have one box stand in it together: a correction's new words."""
    groups: list[list[Word]] = []
    for word in words:
        if groups and groups[-1][0].bbox == word.bbox:
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def _free_place(run: Sequence[Word], words: Sequence[Word], line: Box, turn: int) -> Box:
    """Between the neighbours of `run` where they leave room, else the box that its words have."""
    box = run[0].bbox
    if turn:
        return box
    start, end = words.index(run[0]), words.index(run[-1])
    left = words[start - 1].bbox[2] if start else box[0]
    right = words[end + 1].bbox[0] if end + 1 < len(words) else box[2]
    return (left, box[1], right, box[3]) if right - left > (line[3] - line[1]) / 2 else box


def _spread(words: Sequence[str], box: Box, turn: int) -> tuple[Word, ...]:
    """Words without places, along their line by their lengths."""
    total = sum(len(word) for word in words) + len(words) - 1
    x0, y0, x1, y1 = box
    placed, at = [], 0
    for word in words:
        begin, end = at / total, (at + len(word)) / total
        at += len(word) + 1
        if turn == 270:
            place = (x0, y1 - end * (y1 - y0), x1, y1 - begin * (y1 - y0))
        elif turn:
            place = (x0, y0 + begin * (y1 - y0), x1, y0 + end * (y1 - y0))
        else:
            place = (x0 + begin * (x1 - x0), y0, x0 + end * (x1 - x0), y1)
        placed.append(Word(word, place))
    return tuple(placed)


def _place_by_area(text: str, box: Box) -> Iterator[Run]:
    """A block's text where only its region is known: in as many lines as fit its shape."""
    x0, y0, x1, y1 = box
    lines = list(_wrap(text, x1 - x0, y1 - y0))
    height = (y1 - y0) / max(len(lines), 1)
    for index, line in enumerate(lines):
        longest = max(len(each) for each in lines)
        width = (x1 - x0) * len(line) / longest
        yield Run(line, x0, y0 + (index + 1) * height, width, height)


def _wrap(text: str, width: float, height: float) -> Iterable[str]:
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
