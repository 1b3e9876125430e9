"""Where the words of a block's text stand: their boxes, their lines, what is above and below. Pure.

An engine's words are those of the text nearly always; where they are not (a table, a formula), the
two are aligned.
"""

from __future__ import annotations

from dataclasses import dataclass

from documents.text.page_layout import Block, Box, Word, bounding_box
from documents.text.word_alignment import Effort, find_changes

#: Share of a line's height that is shown above the line and below where the block has no other.
_MARGIN = 1.1
#: px; a box is never thinner, so that something is seen around it.
_LEAST_HEIGHT = 12.0


@dataclass(frozen=True)
class BlockText:
    """`words`: `block.text.split()`. `placed`: for each the engine's word and its line's number in
    `lines`, None where it has none. `text_lines`: for each the number of its line in the text."""

    words: list[str]
    placed: list[tuple[Word, int] | None]
    text_lines: list[int]
    lines: list[Box]
    page: Box

    @classmethod
    def of(cls, block: Block, page: Box) -> BlockText:
        by_line = [line.split() for line in block.text.splitlines()]
        words = [word for line in by_line for word in line]
        numbers = [number for number, line in enumerate(by_line) for _ in line]
        known = [(word, number) for number, line in enumerate(block.lines) for word in line.words]
        boxes = [line.bbox for line in block.lines]
        return cls(words, _align(words, known), numbers, boxes, page)

    def box(self, start: int, stop: int) -> Box | None:
        boxes = [each[0].bbox for each in self.placed[start:stop] if each is not None]
        return bounding_box(boxes) if boxes else None

    def confidence(self, index: int) -> float | None:
        placed = self.placed[index]
        return placed[0].confidence if placed else None

    def line_of(self, index: int) -> tuple[int, int | None]:
        """What two words of one line have in common: the text's line, the image's line."""
        placed = self.placed[index]
        return self.text_lines[index], placed[1] if placed else None

    def rest_of_line(self, start: int, stop: int) -> tuple[str, str]:
        """The words of the text's line before `start` and from `stop` on."""
        if not self.words:
            return "", ""
        first = min(start, len(self.words) - 1)
        line = self.text_lines[first]
        if start == stop and start > 0 and self.text_lines[start - 1] != line:
            line = self.text_lines[start - 1]  # at the end of a line, not before the next
        last = self.text_lines[stop - 1] if stop > start else line
        before = [self.words[i] for i in range(start) if self.text_lines[i] == line]
        after = [w for i, w in enumerate(self.words) if i >= stop and self.text_lines[i] == last]
        return " ".join(before), " ".join(after)

    def surroundings(self, box: Box) -> tuple[Box, Box]:
        """The line in which `box` lies, and that with the line above and below."""
        here = [n for n, line in enumerate(self.lines) if _lies_in(box, line)]
        if not here:
            return box, self._widen(box, box[3] - box[1])
        line = bounding_box([self.lines[n] for n in here])
        near = self.lines[max(here[0] - 1, 0) : here[-1] + 2]
        height = (line[3] - line[1]) / len(here)
        around = self._widen(line, height)
        # A neighbour that is far away, or beside this one in another column, is not its context.
        close = [each for each in near if each[1] >= around[1] - height]
        close = [each for each in close if each[3] <= around[3] + height]
        return line, bounding_box([around, *close])

    def _widen(self, box: Box, height: float) -> Box:
        margin = max(height, _LEAST_HEIGHT) * _MARGIN
        x0, y0, x1, y1 = self.page
        return (
            max(box[0] - margin / 2, x0),
            max(box[1] - margin, y0),
            min(box[2] + margin / 2, x1),
            min(box[3] + margin, y1),
        )


def _align(words: list[str], known: list[tuple[Word, int]]) -> list[tuple[Word, int] | None]:
    texts = [word.text for word, _ in known]
    if texts == words:
        return list(known)
    placed: list[tuple[Word, int] | None] = [None] * len(words)
    for step in find_changes(texts, words, Effort()):
        if step.same:
            placed[step.j0 : step.j1] = known[step.i0 : step.i1]
    return placed


def _lies_in(box: Box, line: Box) -> bool:
    middle = (box[1] + box[3]) / 2
    return line[1] <= middle <= line[3] and box[0] < line[2] and line[0] < box[2]
