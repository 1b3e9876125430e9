"""Join a drop cap, the large first letter of a chapter, with the rest of its word. Pure.

It stands beside several lines, so programs and engines read it apart: as a word of the first of
them, or of a later one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median

from documents.text.other_lines import make_line, replace_lines
from documents.text.page_layout import (
    Block,
    Line,
    PageLayout,
    Word,
    bounding_box,
    mean_confidence,
)

IsKnown = Callable[[str], bool | None]

#: A drop cap is so many times as high as the words beside it, and hangs below the first line.
_HIGH = 1.8

#: The rest of the word begins at most so far from it, in heights of the words.
_GAP, _OVERLAP = 1.2, 0.3

#: Letters that are words by themselves: «В дом», “A man”.
_WORDS = frozenset("AIOАВИКОСУЯ")


def join_drop_caps(layout: PageLayout, is_known: IsKnown) -> PageLayout:
    """`layout` with the drop caps at the beginnings of their words. `is_known`: whether a language
    has a word (None: can't be told)."""
    heights = [_height(word) for word in layout.words() if len(word.text) > 1]
    if not heights:
        return layout
    usual = median(heights)
    caps = [word for word in layout.words() if _is_cap(word, usual)]
    put: dict[int, Word | None] = {}
    for cap in caps:
        rest = _find_rest(layout, cap, usual)
        if rest is not None and _is_one_word(cap.text, rest.text, is_known):
            put[id(cap)] = None
            put[id(rest)] = _join(cap, rest)
    if not put:
        return layout
    return replace(layout, blocks=tuple(_put_words(layout.blocks, put)))


def _is_cap(word: Word, usual: float) -> bool:
    return len(word.text) == 1 and word.text.isupper() and _height(word) >= _HIGH * usual


def _find_rest(layout: PageLayout, cap: Word, usual: float) -> Word | None:
    """The word that begins the uppermost line beside `cap`."""
    x, top, bottom = cap.bbox[2], cap.bbox[1], cap.bbox[3]
    found = []
    for block in layout.blocks:
        for line in () if block.html else block.lines:
            first = next((word for word in line.words if word is not cap), None)
            if first is None or not first.text[0].isalpha():
                continue
            x0, y0, _, y1 = first.bbox
            beside = -_OVERLAP * usual <= x0 - x <= _GAP * usual
            hangs = top - usual / 2 <= y0 and y1 + usual / 2 <= bottom
            if beside and hangs and _height(first) * _HIGH <= _height(cap):
                found.append(first)
    return min(found, key=lambda word: word.bbox[1], default=None)


def _is_one_word(cap: str, rest: str, is_known: IsKnown) -> bool:
    core = rest.rstrip(".,;:!?)»”")
    if not core.isalpha():
        return False
    known = is_known((cap + core).lower())
    if cap in _WORDS:
        return known is True and not is_known(core.lower())
    return core.islower() or known is True


def _join(cap: Word, rest: Word) -> Word:
    return replace(
        rest,
        text=cap.text + rest.text,
        bbox=bounding_box([cap.bbox, rest.bbox]),
        confidence=mean_confidence((word.confidence, len(word.text)) for word in (cap, rest)),
    )


def _put_words(blocks: tuple[Block, ...], put: dict[int, Word | None]) -> Iterator[Block]:
    for block in blocks:
        if not any(id(word) in put for word in block.words()):
            yield block
            continue
        rows = ([put.get(id(word), word) for word in line.words] for line in block.lines)
        lines: list[Line] = []
        for row in rows:
            words = [word for word in row if word is not None]
            if words:
                lines.append(make_line(words))
        if lines:
            yield replace_lines(block, lines)


def _height(word: Word) -> float:
    return word.bbox[3] - word.bbox[1]
