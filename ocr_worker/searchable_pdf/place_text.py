"""Where each word of a layout goes on the page: runs of text with a place and a width. Pure.

A run is as high as its line, so that words of a line stand on one baseline and a reader of the PDF
finds the line; its width is that of its word, so that a selection covers the ink.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from documents.text.block_lines import lines_of, reads_downwards
from documents.text.page_layout import Block, Box, Line, PageLayout, Word

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
    """The runs of one block."""
    for line in lines_of(block):
        yield from _place_line(line)


def _place_line(line: Line) -> Iterator[Run]:
    x0, _, x1, _ = line.bbox
    words = line.words
    downwards = reads_downwards(line)
    turn = {None: 0, True: 90, False: 270}[downwards]
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
