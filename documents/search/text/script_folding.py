"""Fold letters and digits that a scanner takes for each other to the ones meant. Pure.

All words here are folded already (small letters, ё as е). Text and queries are folded by the same
rules, so a wrong guess still finds itself. The pairs come from `documents.text.lookalikes`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from documents.text.lookalikes import (
    DIGIT_TO_CYRILLIC,
    DIGIT_TO_LATIN,
    LATIN_TO_RUSSIAN,
    LETTER_TO_DIGIT,
    LIKELY_CYRILLIC,
    RUSSIAN_TO_LATIN,
)

_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[a-z]")
_DIGIT = re.compile("[0-9]")

#: Codes are compared by these: one character for all that look alike, letters or digits.
_CODE_SKELETON = str.maketrans(RUSSIAN_TO_LATIN | LETTER_TO_DIGIT)


def has_cyrillic(word: str) -> bool:
    return _CYRILLIC.search(word) is not None


def fold_script(word: str) -> str:
    """Return the word in one script, with letters where digits stand for them."""
    cyrillic = len(_CYRILLIC.findall(word))
    latin = len(_LATIN.findall(word))
    if cyrillic and latin:
        word = _fold_letters(word, cyrillic, latin)
    if _DIGIT.search(word) and cyrillic + latin >= 2:
        word = _fold_digits(word, cyrillic + latin)
    return word


def transliterate_twins(word: str) -> str | None:
    """Return the word in the other script if each letter has a twin there («ООО», "COBET")."""
    for twins in (RUSSIAN_TO_LATIN, LATIN_TO_RUSSIAN):
        if all(letter in twins for letter in word):
            return _translate(word, twins)
    return None


def fold_code(code: str) -> str:
    """Return the code with one character for all that look alike: "R-3О3" equals "R-303"."""
    return code.translate(_CODE_SKELETON)


def _fold_letters(word: str, cyrillic: int, latin: int) -> str:
    may_be_cyrillic = all(letter in LATIN_TO_RUSSIAN for letter in _LATIN.findall(word))
    may_be_latin = all(letter in RUSSIAN_TO_LATIN for letter in _CYRILLIC.findall(word))
    if may_be_cyrillic and (not may_be_latin or cyrillic >= latin):
        return _translate(word, LATIN_TO_RUSSIAN)
    likely_cyrillic = all(letter in LIKELY_CYRILLIC for letter in _LATIN.findall(word))
    if may_be_latin and not (likely_cyrillic and cyrillic >= 4 * latin):
        return _translate(word, RUSSIAN_TO_LATIN)
    return _translate(word, LIKELY_CYRILLIC) if cyrillic >= latin else word


def _fold_digits(word: str, letters: int) -> str:
    """Replace digits that stand alone among letters, if letters are the clear majority."""
    cyrillic = has_cyrillic(word)
    twins = DIGIT_TO_CYRILLIC if cyrillic else DIGIT_TO_LATIN
    digits = _DIGIT.findall(word)
    if letters < 2 * len(digits) or (not cyrillic and letters < 4):
        return word
    if any(digit not in twins for digit in digits):
        return word
    for found in _DIGIT.finditer(word):
        at = found.start()
        before, after = word[:at], word[at + 1 :]
        inside = before[-1:].isalpha() and after[:1].isalpha()
        at_start = cyrillic and not before and after[:2].isalpha() and len(after) > 1
        at_end = found[0] == "0" and len(before) > 2 and before.isalpha() and not after and cyrillic
        if not (inside or at_start or at_end):
            return word
    return _translate(word, twins)


def _translate(word: str, twins: Mapping[str, str]) -> str:
    return "".join(twins.get(letter, letter) for letter in word)
