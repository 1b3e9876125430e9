"""Words whose letters and marks a program has set in different fonts, made whole and put in order.

A font without Cyrillic lends a text its full stops, digits and brackets only: LibreOffice then
writes all that a line has in the one font, and behind it all that it has in the other. pdfium gives
them in that order, each mark a word of its own. Runs only in the child process.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pypdfium2.raw as c

from .pdf_words import RawWord

#: Marks that begin a word, or end one, only where a line was written font by font.
_CLOSING, _OPENING = frozenset(",.;:!?)]}»”…"), frozenset("([{«“„")
#: Between the advances of letters of a word there is nothing; a space has a quarter of a type size.
_TOUCHING = 0.06
#: Words of one line stand on baselines at most this many type sizes apart.
_SAME_LINE = 0.05


@dataclass(frozen=True)
class _Placed:
    """A word in the page's own space: `left` and `right` with the advances of its glyphs."""

    at: int
    word: RawWord
    left: float
    right: float
    baseline: float
    size: float
    fonts: tuple[int, int]  # of its first and its last letter


def join_across_fonts(textpage: Any, words: list[RawWord]) -> list[RawWord]:
    """Join upright words of different fonts between which there is no room for a space, and put the
    words of such lines in order. Pages without a mark that stands alone stay as they are."""
    if not any(word.text[0] in _CLOSING or word.text[-1] in _OPENING for word in words):
        return words
    result: list[RawWord | None] = list(words)
    for line in _group_into_lines(_place(textpage, words)):
        chains = _chain(line)
        if len(chains) == len(line):
            continue
        for run in _split_runs(chains):
            places = sorted(placed.at for chain in run for placed in chain)
            if any(map(_is_right_to_left, (placed.word for chain in run for placed in chain))):
                continue
            for place in places:
                result[place] = None
            for place, chain in zip(places, run, strict=False):
                result[place] = _join([placed.word for placed in chain])
    return [word for word in result if word is not None]


def _place(textpage: Any, words: Iterable[RawWord]) -> Iterable[_Placed]:
    box = c.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()

    def font(index: int) -> int:
        obj = c.FPDFText_GetTextObject(textpage, index)
        found = c.FPDFTextObj_GetFont(obj) if obj else None
        return ctypes.cast(found, ctypes.c_void_p).value or 0 if found else 0

    for at, word in enumerate(words):
        first, last = word.first, word.last
        if word.box is None or abs(math.sin(c.FPDFText_GetCharAngle(textpage, first))) > 0.01:
            continue
        size = c.FPDFText_GetFontSize(textpage, first)
        if size <= 0 or not c.FPDFText_GetCharOrigin(textpage, first, x, y):
            continue
        c.FPDFText_GetLooseCharBox(textpage, first, box)
        left = box.left
        c.FPDFText_GetLooseCharBox(textpage, last, box)
        yield _Placed(at, word, left, box.right, y.value, size, (font(first), font(last)))


def _group_into_lines(words: Iterable[_Placed]) -> list[list[_Placed]]:
    """The words of each baseline, from the left."""
    lines: list[list[_Placed]] = []
    for placed in sorted(words, key=lambda each: each.baseline):
        if lines and placed.baseline - lines[-1][0].baseline < _SAME_LINE * placed.size:
            lines[-1].append(placed)
        else:
            lines.append([placed])
    for line in lines:
        line.sort(key=lambda each: each.left)
    return lines


def _chain(line: list[_Placed]) -> list[list[_Placed]]:
    chains = [[line[0]]]
    for one, other in pairwise(line):
        if one.fonts[1] != other.fonts[0] and _are_one_word(one, other):
            chains[-1].append(other)
        else:
            chains.append([other])
    return chains


def _are_one_word(one: _Placed, other: _Placed) -> bool:
    """Signs without a letter, as those of footnotes and formulas, stay as the file has them."""
    if not (one.word.text[-1].isalnum() or other.word.text[0].isalnum()):
        return False
    return abs(other.left - one.right) < _TOUCHING * max(one.size, other.size)


def _split_runs(chains: list[list[_Placed]]) -> Iterable[list[list[_Placed]]]:
    """The chains whose words follow each other in the file, of those that have been joined.

    What stands on the same line in another column is written elsewhere.
    """
    places = sorted((placed.at, number) for number, chain in enumerate(chains) for placed in chain)
    group = list(range(len(chains)))

    def find(number: int) -> int:
        while group[number] != number:
            number = group[number]
        return number

    for (one, in_chain), (other, in_other) in pairwise(places):
        if other == one + 1:
            group[find(in_other)] = find(in_chain)
    runs: dict[int, list[list[_Placed]]] = {}
    for number, chain in enumerate(chains):
        runs.setdefault(find(number), []).append(chain)
    return [run for run in runs.values() if any(len(chain) > 1 for chain in run)]


def _is_right_to_left(word: RawWord) -> bool:
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in word.text)


def _join(words: Sequence[RawWord]) -> RawWord:
    boxes = [word.box for word in words if word.box is not None]
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return RawWord(
        "".join(word.text for word in words),
        (min(lefts), min(bottoms), max(rights), max(tops)),
        words[0].first,
        words[-1].last,
        sum(word.broken for word in words),
        words[-1].hyphen,
    )
