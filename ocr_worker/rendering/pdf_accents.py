"""Put accents that a PDF draws as signs of their own on their letters. Runs only in the child.

Files made on a Mac write й as и and a breve, TeX writes é as an acute accent and e, either one
first. Read as they come they are two characters, or even two words, and nobody finds them.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pypdfium2.raw as c

#: Combining characters, and the signs with a width of their own that mean the same.
_COMBINING = {code: chr(code) for code in range(0x300, 0x370)}
_SPACING = {
    **dict(
        zip(
            map(ord, "´`¨ˆ˜˘¸˚ˇ¯˙˝˛"),
            "\u0301\u0300\u0308\u0302\u0303\u0306\u0327\u030a\u030c\u0304\u0307\u030b\u0328",
            strict=True,
        )
    ),
}
ACCENTS: Mapping[int, str] = {**_COMBINING, **_SPACING}

#: Letters that are drawn without their dot to make room for an accent.
_DOTLESS = {0x131: "i", 0x237: "j"}

#: An accent belongs to a letter that stands over or under this share of its width.
_OVER = 0.5


def compose_accents(
    textpage: Any, codes: Sequence[int], accents: Collection[int]
) -> tuple[dict[int, str], set[int]]:
    """The letters with their accents, by the index of the letter, and the indices of the accents.

    `accents`: the indices of the `codes` in ACCENTS. An accent over no letter is in neither.
    """
    composed: dict[int, str] = {}
    taken: set[int] = set()
    for index in sorted(accents):
        letter = _find_letter(textpage, codes, index)
        if letter is None:
            continue
        bare = _DOTLESS.get(codes[letter], chr(codes[letter]))
        text = composed.get(letter, bare) + ACCENTS[codes[index]]
        composed[letter] = unicodedata.normalize("NFC", text)
        taken.add(index)
    return composed, taken


def _find_letter(textpage: Any, codes: Sequence[int], accent: int) -> int | None:
    """The index of the letter, beside the accent, on which it is drawn."""
    if codes[accent] in _COMBINING and _is_letter(codes, accent - 1):
        return accent - 1  # the standard says so, whatever the font does
    found = None
    best = _OVER
    left, right = _read_sides(textpage, accent)
    for index in _neighbours(codes, accent):
        start, end = _read_sides(textpage, index)
        share = (min(right, end) - max(left, start)) / max(right - left, 0.01)
        if share > best:
            found, best = index, share
    return found


def _neighbours(codes: Sequence[int], accent: int) -> list[int]:
    """The letters before and after, past other accents."""
    found = []
    for step in (-1, 1):
        index = accent + step
        while 0 <= index < len(codes) and codes[index] in ACCENTS:
            index += step
        if _is_letter(codes, index):
            found.append(index)
    return found


def _is_letter(codes: Sequence[int], index: int) -> bool:
    return 0 <= index < len(codes) and codes[index] < 0x110000 and chr(codes[index]).isalpha()


def _read_sides(textpage: Any, index: int) -> tuple[float, float]:
    sides = [ctypes.c_double() for _ in range(4)]
    c.FPDFText_GetCharBox(textpage, index, *sides)
    return sides[0].value, sides[1].value
