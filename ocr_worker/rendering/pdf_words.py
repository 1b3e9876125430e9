"""The words of an open pdfium text page, from its characters. Runs only in the child process.

pdfium gives characters in the file's order, with spaces and line ends that it infers. A page has
thousands of them, so the loops here do little for each: this is most of the time of a page with a
text layer.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

import pypdfium2.raw as c

from .pdf_accents import ACCENTS, compose_accents

#: A gap between glyphs of this many type sizes separates words (a space has a quarter of one).
_WORD_GAP = 0.12
#: So many spaces say how a page separates its words.
_FEW_SPACES = 5

_SPACE = 0x20
_SPACES = frozenset((_SPACE, 0x0D, 0x0A, 0x09, 0xA0, 0x3000, *range(0x2000, 0x200B)))
#: pdfium writes 2 for a hyphen at the end of a line.
_SOFT_HYPHEN = 0xAD
_HYPHENS = frozenset((2, _SOFT_HYPHEN))
#: What has no text: control codes, what is no character, private and surrogate codes.
_BROKEN = frozenset(
    (
        *range(0x20),
        *range(0x7F, 0xA0),
        *(0xFFFD, 0xFFFE, 0xFFFF),
        *range(0xE000, 0xF900),
        *range(0xD800, 0xE000),
    )
) - _HYPHENS  # fmt: skip


#: A glyph of a symbol font (Symbol, Wingdings) at a word's beginning is a bullet, a tick or a sign:
#: a picture, and no letter without a meaning. The commonest, as Word writes them.
_SYMBOLS = {
    **dict(zip("\uf02b\uf02d\uf03d\uf0b0\uf0b1\uf0b4", "+-=°±×", strict=True)),
    **dict(zip("\uf0b7\uf0a7\uf076\uf0d8\uf0fc\uf0a8\uf0fe", "•▪❖➢✓☐☑", strict=True)),
}


@dataclass(frozen=True)
class RawWord:
    """Characters without a space; the box in the page's own space (None: nothing is drawn).

    `first`, `last`: indices of its characters. `broken`: how many have no text. `hyphen`: the last
    one is a hyphen at the end of a line.
    """

    text: str
    box: tuple[float, float, float, float] | None  # left, bottom, right, top
    first: int
    last: int
    broken: int
    hyphen: bool


def split_words(textpage: Any, count: int) -> list[RawWord]:
    """Group `count` characters into words, split at white space, line ends and jumps back."""
    codes = [c.FPDFText_GetUnicode(textpage, index) for index in range(count)]
    broken_at = {index for index, code in enumerate(codes) if code in _BROKEN}
    if broken_at:
        broken_at -= _find_surrogate_pairs(codes)
    accents = [index for index, code in enumerate(codes) if code in ACCENTS]
    composed, on_letters = compose_accents(textpage, codes, accents) if accents else ({}, set())
    gaps = _Gaps(textpage)
    word_gap = _measure_word_gap(textpage, codes, gaps)
    angle_of = c.FPDFText_GetCharAngle
    measure, (left, right, bottom, top) = _prepare_boxes(textpage)
    words: list[RawWord] = []
    text: list[str] = []
    first = last = broken = 0
    upright, hyphen = True, False
    x0 = y0 = math.inf
    x1 = y1 = -math.inf

    def end() -> None:
        nonlocal text, broken, x0, y0, x1, y1
        box = (x0, y0, x1, y1) if x1 > x0 or y1 > y0 else None
        if "\uf000" <= text[0] <= "\uf0ff":
            text[0] = _SYMBOLS.get(text[0], text[0])
            broken -= 1
        words.append(RawWord("".join(text), box, first, last, broken, hyphen))
        text, broken = [], 0
        x0 = y0 = math.inf
        x1 = y1 = -math.inf

    for index, code in enumerate(codes):
        if code in _SPACES:
            if text:
                end()
            continue
        if index in on_letters:
            last = index
            continue
        hyphen_here = code in _HYPHENS
        measure(index)
        l, r, b, t = left.value, right.value, bottom.value, top.value  # noqa: E741
        drawn = r > l or t > b
        if code == _SOFT_HYPHEN and not drawn:
            continue
        if not text:
            first = index
            upright = abs(math.sin(angle_of(textpage, index))) < 0.5
        if drawn:
            if (
                upright
                and x1 > x0
                and (
                    # On another line than the word so far, and further left: the file has no space
                    # between them, after a hyphen at the end of a line, say.
                    ((t <= y0 or b >= y1) and l < x1 - (y1 - y0) / 2)
                    or (
                        word_gap is not None
                        and text[-1].isalpha()
                        and gaps.starts_word(index, len(text), word_gap)
                    )
                )
            ):
                end()
                first = index
            if l < x0:
                x0 = l
            if r > x1:
                x1 = r
            if b < y0:
                y0 = b
            if t > y1:
                y1 = t
        if index in broken_at:
            broken += 1
        if index in composed:
            text.append(composed[index])
        else:
            text.append("-" if hyphen_here else chr(code) if code < 0x110000 else "\ufffd")
        hyphen = hyphen_here
        last = index
    if text:
        end()
    return words


def _find_surrogate_pairs(codes: list[int]) -> set[int]:
    """Where two codes are one character beyond the first plane (UTF-16): mathematics, emoji."""
    return {
        at
        for index, (one, other) in enumerate(pairwise(codes))
        if 0xD800 <= one < 0xDC00 <= other < 0xE000
        for at in (index, index + 1)
    }


class _Gaps:
    """The gaps between characters of a line, by the advances of their glyphs: 0 between the letters
    of ordinary text. In the page's own units; 0 where unknown."""

    def __init__(self, textpage: Any) -> None:
        self._textpage = textpage
        self._box = c.FS_RECTF()
        self._pointer = ctypes.byref(self._box)
        self._last: tuple[int, tuple[float, float] | None] = (-1, None)

    def measure(self, before: int, after: int) -> float:
        """The gap between two characters, by their indices."""
        one, other = self._read_sides(before), self._read_sides(after)
        return 0.0 if one is None or other is None else other[0] - one[1]

    def starts_word(self, index: int, before: int, word_gap: float) -> bool:
        """Whether the gap before the character, the first after `before` others of a word,
        separates words. Text whose letters are all set apart has such gaps everywhere."""
        gap = self.measure(index - 1, index)
        if gap <= 0:
            return False
        size = c.FPDFText_GetFontSize(self._textpage, index)
        if gap < max(_WORD_GAP, 0.8 * word_gap) * size:
            return False
        first = index - min(before, 8) + 1
        inside = [self.measure(at - 1, at) for at in range(first, index)]
        others = max(inside) if inside else self.measure(index, index + 1)
        return bool(gap > 2 * others + 0.02 * size)

    def _read_sides(self, index: int) -> tuple[float, float] | None:
        if self._last[0] != index:
            found = c.FPDFText_GetLooseCharBox(self._textpage, index, self._pointer)
            self._last = (index, (self._box.left, self._box.right) if found else None)
        return self._last[1]


def _measure_word_gap(textpage: Any, codes: list[int], gaps: _Gaps) -> float | None:
    """The gap between words, in type sizes, on a page whose file has no spaces: pdfium infers them,
    and misses some. None where the file has spaces, or has hardly any words."""
    found: list[float] = []
    spaces = 0
    for index in range(1, len(codes) - 1):
        if codes[index] != _SPACE:
            continue
        spaces += 1
        if c.FPDFText_IsGenerated(textpage, index) == 1:
            size = c.FPDFText_GetFontSize(textpage, index - 1)
            gap = gaps.measure(index - 1, index + 1)
            if size > 0 and gap > 0:
                found.append(gap / size)
        elif spaces - len(found) > _FEW_SPACES + len(found) / 4:
            return None
    return median(found) if len(found) >= _FEW_SPACES else None


def _prepare_boxes(textpage: Any) -> tuple[Callable[[int], Any], tuple[ctypes.c_double, ...]]:
    """A function that measures a character by its index, and where it leaves its sides: left,
    right, bottom, top in the page's own space.

    Called by addresses: with pdfium's declared types of pointers each call takes twice as long.
    """
    sides = tuple(ctypes.c_double() for _ in range(4))
    pointer = ctypes.c_void_p
    prototype = ctypes.CFUNCTYPE(ctypes.c_int, pointer, ctypes.c_int, *[pointer] * 4)
    box_of = prototype(ctypes.cast(c.FPDFText_GetCharBox, pointer).value or 0)
    page = ctypes.cast(textpage, pointer)
    left, right, bottom, top = (pointer(ctypes.addressof(side)) for side in sides)

    def measure(index: int) -> None:
        box_of(page, index, left, right, bottom, top)

    return measure, sides
