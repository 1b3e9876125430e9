"""Whole words in letters of the wrong script: "OOO" for «ООО», «Мау» for "May". Pure.

Such a word mixes nothing (`mixed_script` does not see it) and looks right. Only what is certain is
mended: the line is of the other script, and the word is one that this script has there. "COM",
"PDF" and "BMW" in a Russian line stay: those that could be either are left to their confidence,
which a strange script lowers. A letter is replaced by its twin: lengths never change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from documents.text.lookalikes import PRINTED_TWINS
from documents.text.scripts import letter_script

#: Whether a run of letters is a word of a language read here; None: that can't be told.
IsKnown = Callable[[str], "bool | None"]

_TO_LATIN = str.maketrans(PRINTED_TWINS)
_TO_CYRILLIC = str.maketrans({latin: letter for letter, latin in PRINTED_TWINS.items()})
_LATIN_TWINS = frozenset(PRINTED_TWINS.values())

#: Forms of Russian firms and bodies that are no Latin abbreviations in Russian text.
_RUSSIAN_CAPITALS = frozenset("ООО ОАО АО НАО РАО НКО АНО СНТ ТСН СССР".split())  # noqa: SIM905
#: Short Russian words that are no Latin ones between Russian words.
_RUSSIAN_SHORT = frozenset("На Не Но То Та Ее ее Со со Ко".split())  # noqa: SIM905
#: Russian words of one letter, inside a sentence, and where one begins.
_RUSSIAN_SINGLE = frozenset("аосу")
_RUSSIAN_FIRST = frozenset("АВКОСУ")

#: Letters of its script that the rest of a line has to have, and how many for one of the other.
_ENOUGH, _CLEARLY = 8, 4
#: From so many letters a known word is not by chance one of the other script, too.
_LONG = 3
_LONG_CAPITALS = 5

#: One alone may be the letter of a section: «Приложение B. Настройка».
_INITIALS = re.compile(r"(?:[^\W\d_]\.){2}")
_NAME = re.compile(r"[А-ЯЁ][а-яё]{2,}[,.;:)»]*|[А-ЯЁ]{3,}[,.;:)»]*")
_SENTENCE_END = (".", "!", "?", ":", ";", "»")
_SIGNS = ".,;:!?()«»\"'“”„[]-–—"


def mend_twins(line: Sequence[str], is_known: IsKnown, before: str = ".") -> list[str]:
    """The words of one line, those in letters of the wrong script mended.

    `before`: the last word of the line before, which tells whether a sentence begins.
    """
    counts = [_count(word) for word in line]
    latin, cyrillic = (sum(column) for column in zip(*counts, strict=True)) if line else (0, 0)
    mended = list(line)
    for index, word in enumerate(line):
        own_latin, own_cyrillic = counts[index]
        rest_latin, rest_cyrillic = latin - own_latin, cyrillic - own_cyrillic
        core = word.strip(_SIGNS)
        if own_latin and rest_cyrillic >= max(_ENOUGH, _CLEARLY * rest_latin):
            if _is_initials(line, index) or (
                not own_cyrillic and _is_russian(core, line, index, is_known, before)
            ):
                mended[index] = word.translate(_TO_CYRILLIC)
        elif own_cyrillic and not own_latin and not rest_cyrillic and rest_latin >= _ENOUGH:
            other = core.translate(_TO_LATIN)
            if core.isalpha() and other.isascii() and _is_latin(other, is_known):
                mended[index] = word.translate(_TO_LATIN)
    return mended


def _is_russian(core: str, line: Sequence[str], index: int, is_known: IsKnown, before: str) -> bool:
    """Whether a word in Latin letters is a Russian one, in a Russian line."""
    if not core.isalpha() or not all(letter in _LATIN_TWINS for letter in core):
        return False
    other = core.translate(_TO_CYRILLIC)
    if len(core) == 1:
        return _is_russian_letter(other, line, index, before)
    if other in _RUSSIAN_CAPITALS:
        return True
    if not _is_between_russian(line, index):
        return False
    if other in _RUSSIAN_SHORT:
        return True
    least = _LONG_CAPITALS if core.isupper() else _LONG
    return len(core) >= least and is_known(other) is True and is_known(core) is False


def _is_russian_letter(letter: str, line: Sequence[str], index: int, before: str) -> bool:
    """Whether a word of one letter is a Russian preposition or conjunction: a word in small letters
    follows, and what is before fits its case."""
    follows = line[index + 1] if index + 1 < len(line) else ""
    previous = line[index - 1] if index else before
    if not _is_cyrillic(follows[:_LONG]) or not follows[:_LONG].isalpha() or len(line[index]) > 1:
        return False
    if letter in _RUSSIAN_FIRST:
        return previous.endswith(_SENTENCE_END) and follows[0].islower()
    near = previous[-_LONG:]
    return letter in _RUSSIAN_SINGLE and near.isalpha() and _is_cyrillic(near)


def _is_latin(other: str, is_known: IsKnown) -> bool:
    """Whether a word in Cyrillic letters, alone in a line of Latin ones, is a Latin one there."""
    return len(other) == 1 or other.isupper() or is_known(other) is True


def _is_initials(line: Sequence[str], index: int) -> bool:
    """Whether a word is the initials of a Russian name beside it: "B.B." Иванов, Иванов "А.B."."""
    word = line[index].rstrip(",;:)»")
    if not _INITIALS.fullmatch(word) or not word.isupper():
        return False
    if any(letter.isalpha() and letter.isascii() and letter not in _LATIN_TWINS for letter in word):
        return False
    around = [*line[max(index - 1, 0) : index], *line[index + 1 : index + 2]]
    return any(_NAME.fullmatch(one.lstrip("(«")) for one in around)


def _is_between_russian(line: Sequence[str], index: int) -> bool:
    """Whether the words on both sides, where there are any, have no Latin letters."""
    around = [*line[max(index - 1, 0) : index], *line[index + 1 : index + 2]]
    return not any(_count(word)[0] for word in around)


def _is_cyrillic(word: str) -> bool:
    latin, cyrillic = _count(word)
    return cyrillic > 0 and not latin


def _count(word: str) -> tuple[int, int]:
    """Letters of a word: Latin and Cyrillic ones."""
    scripts = [letter_script(letter) for letter in word if letter.isalpha()]
    return scripts.count("LATIN"), scripts.count("CYRILLIC")
