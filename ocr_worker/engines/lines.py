"""Make an engine of something that reads only lines: it gets the picture of each, cut out.

Tesseract's layout finds the columns, the lines and the words; it recognises nothing. Of a word the
recogniser gives the text, and the layout its place.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Protocol

from PIL import Image

from documents.errors import ReadingTimeout
from documents.messages import Message
from documents.text.page_layout import Box, PageLayout, Word, bounding_box
from ocr_worker.rendering.rotate import rotate_clockwise

from .base import Needs
from .tesseract import TesseractEngine
from .tesseract_layout import finish_blocks

#: Lines that are given at a time; the clock is looked at between.
BATCH = 16

#: What is added around a line, as a share of its height: letters reach out of its box.
_MARGIN = 0.15


class LineRecogniser(Protocol):
    """Reads lines; loaded before the first, used by one thread."""

    @property
    def version(self) -> str:
        """Of its model, for the record of a reading; known once loaded."""

    def load(self) -> None:
        """Load models. Whatever it raises makes the engine unavailable, with that as the reason."""

    def read_lines(self, lines: Sequence[Image.Image]) -> Sequence[tuple[str, float | None]]:
        """The text of each line (at most BATCH, each upright, one line high) and how sure it is of
        it, 0 to 1; None where it can't tell. "" where there is no text."""


class LineEngine:
    """The `Engine` protocol (engines/base.py) on a recogniser of lines.

    `languages`: Tesseract's codes, of which its data is needed. `colour`: lines are "RGB", not "L".
    """

    def __init__(self, recogniser: LineRecogniser, languages: str, *, colour: bool = False) -> None:
        self.needs = Needs(colour=colour)
        self._recogniser = recogniser
        self._layout = TesseractEngine(languages)

    @property
    def version(self) -> str:
        return self._recogniser.version

    def load(self) -> None:
        """Raises EngineUnavailable where Tesseract or its data is missing."""
        self._layout.load()
        self._recogniser.load()

    def close(self) -> None:
        self._layout.close()

    def read(self, image: Image.Image, *, dpi: float, language: str, seconds: float) -> PageLayout:
        """See `Engine.read`."""
        return self.read_part(image, dpi=dpi, language=language, seconds=seconds, upright=False)

    def read_part(
        self, image: Image.Image, *, dpi: float, language: str, seconds: float, upright: bool
    ) -> PageLayout:
        """See `Engine.read_part`. `language` is not used: the recogniser has its own."""
        deadline = time.monotonic() + seconds
        rotation = 0 if upright else self._layout.detect_rotation(image.convert("L"))
        page = rotate_clockwise(image, rotation)
        blocks = self._layout.find_lines(page.convert("L"), dpi=dpi)
        places = [
            (block, number) for block in blocks for number, line in enumerate(block.lines) if line
        ]
        for start in range(0, len(places), BATCH):
            if time.monotonic() >= deadline:
                raise ReadingTimeout(
                    Message("The lines of this page were not read in time. It is tried again.")
                )
            batch = places[start : start + BATCH]
            boxes = [[word.bbox for word in block.lines[number]] for block, number in batch]
            texts = self._recogniser.read_lines([_cut_out(page, words) for words in boxes])
            for (block, number), words, (text, sure) in zip(batch, boxes, texts, strict=True):
                block.lines[number] = place_words(text, words, sure)
        read = [block for block in blocks if any(block.lines)]
        return PageLayout(page.width, page.height, dpi, rotation, finish_blocks(read))


def place_words(text: str, boxes: Sequence[Box], confidence: float | None) -> list[Word]:
    """The words of `text` in the places `boxes` of a line, from left to right.

    Where there are as many of both, each has its own; else they share the line by their lengths.
    """
    words = text.split()
    if len(words) != len(boxes):
        boxes = _share_out(bounding_box(boxes), [len(word) for word in words])
    return [Word(word, box, confidence) for word, box in zip(words, boxes, strict=True)]


def _share_out(line: Box, lengths: Sequence[int]) -> list[Box]:
    """Parts of `line` for words of these lengths, with the width of a letter between them."""
    x0, y0, x1, y1 = line
    letter = (x1 - x0) / max(sum(lengths) + len(lengths) - 1, 1)
    parts = []
    for length in lengths:
        parts.append((x0, y0, x0 + length * letter, y1))
        x0 += (length + 1) * letter
    return parts


def _cut_out(page: Image.Image, words: Sequence[Box]) -> Image.Image:
    x0, y0, x1, y1 = bounding_box(words)
    margin = _MARGIN * (y1 - y0)
    return page.crop(
        (
            max(round(x0 - margin), 0),
            max(round(y0 - margin), 0),
            min(round(x1 + margin), page.width),
            min(round(y1 + margin), page.height),
        )
    )
