"""Add to the reading of a page's print what stamps and seals over it say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PIL import Image
from rapidfuzz import fuzz

from documents.errors import EngineFailed, ReadingTimeout
from documents.text.page_layout import (
    Block,
    Line,
    PageLayout,
    Word,
    bounding_box,
    mean_confidence,
)
from ocr_worker.rendering.rotate import rotate_clockwise

from .engines.base import Engine
from .place_blocks import insert_blocks, overlap_share
from .read_tables import LineReader

#: A word of a mark has so many letters or digits and this certainty at least. It may stand over
#: words of the print, but not be one: cover this share of one, and be as much like it (of 100).
_LEAST_LETTERS, _READ, _OVER, _ALIKE = 3, 0.7, 0.3, 60

#: Of the letters read in marks this share at least is certain, else they are no writing: the other
#: side of a page, which shows through from right to left.
_LEGIBLE = 0.5


def add_marks(
    layout: PageLayout,
    marks: Image.Image,
    *,
    dpi: float,
    engine: Engine,
    language: str,
    seconds: float,
) -> PageLayout:
    """`layout`, the reading of the print, with blocks labelled `seal` of what `engine` reads in
    `marks`, the page (mode "L", not yet upright) without its print.

    `seconds`: limit by the clock; past it, and of an engine that can't be told how a page lies,
    nothing is added.
    """
    if seconds <= 0 or not isinstance(engine, LineReader):
        return layout
    upright = rotate_clockwise(marks, layout.rotation)
    try:
        read = engine.read_part(upright, dpi=dpi, language=language, seconds=seconds, upright=True)
    except (ReadingTimeout, EngineFailed):
        return layout
    if not _is_legible(read):
        return layout
    return insert_blocks(layout, list(_select_blocks(read, layout)), ids="m")


def _is_legible(marks: PageLayout) -> bool:
    letters = [(len(word.text), (word.confidence or 0.0) >= _READ) for word in marks.words()]
    certain = sum(count for count, is_certain in letters if is_certain)
    return certain >= _LEGIBLE * sum(count for count, _ in letters)


def _select_blocks(marks: PageLayout, print_: PageLayout) -> Iterable[Block]:
    """The blocks of words of `marks` that are certain and no words of `print_`."""
    printed = list(print_.words())
    for block in marks.blocks_in_order():
        lines = []
        for line in block.lines:
            words = tuple(word for word in line.words if _is_of_mark(word, printed))
            if words:
                text = " ".join(word.text for word in words)
                lines.append(Line(text, bounding_box(word.bbox for word in words), words))
        if lines:
            text = "\n".join(line.text for line in lines)
            yield replace(
                block,
                label="seal",
                bbox=bounding_box(line.bbox for line in lines),
                text=text,
                markdown=text,
                lines=tuple(lines),
                confidence=mean_confidence(
                    (word.confidence, len(word.text)) for line in lines for word in line.words
                ),
            )


def _is_of_mark(word: Word, printed: Iterable[Word]) -> bool:
    letters = sum(character.isalnum() for character in word.text)
    if letters < _LEAST_LETTERS or (word.confidence or 0.0) < _READ:
        return False
    return not any(
        overlap_share(other.bbox, word.bbox) >= _OVER
        and fuzz.ratio(other.text.casefold(), word.text.casefold()) >= _ALIKE
        for other in printed
    )
