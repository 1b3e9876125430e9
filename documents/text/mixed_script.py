"""Words that mix Latin and Cyrillic letters which look alike: «Договоp» with a Latin p. Pure.

OCR engines write such words, and a person who copies one finds nothing with it. The stored reading
stays as it is; the page gets a flag. A search folds more than what is an error here:
`documents/search/text/script_folding.py`.

A word is corrected only if all letters of one script have a twin in the other: «Wi-Fi», «R-303»,
«COVID-19» and «МТ3» mix nothing; «PDF-файл» has letters without a twin in both scripts and is
intended.
"""

from __future__ import annotations

import re
from functools import lru_cache

from documents.text.lookalikes import PRINTED_TWINS
from documents.text.page_layout import PageLayout
from documents.text.scripts import letter_script

_TO_LATIN = str.maketrans(PRINTED_TWINS)
_TO_CYRILLIC = str.maketrans({latin: cyrillic for cyrillic, latin in PRINTED_TWINS.items()})

#: A run of letters; each is unified by itself: «PDF-файл», «и/или», «e-mail».
_LETTERS = re.compile(r"([^\W\d_]+)")

#: Fewer letters are a symbol (a unit, a variable, a clause number), not a word.
_MIN_LETTERS = 3


def has_mixed_scripts(word: str) -> bool:
    """Whether look-alikes stand where letters of the word's own script belong."""
    return unify_scripts(word) != word


def unify_scripts(word: str) -> str:
    """Return `word` (no white space) with each run of letters in one script.

    That script is the one of the letters without a twin in the other; if all have a twin
    («COCHA»), the script of the majority. Runs of fewer than 3 letters, of one script, or with
    letters without a twin in both scripts stay as they are. Idempotent; the length never changes.
    """
    if word.isascii():
        return word
    return _LETTERS.sub(lambda found: _unify_letters(found[0]), word)


def find_mixed_words(layout: PageLayout) -> list[str]:
    """The words of a page that mix look-alikes, in reading order, each as often as it occurs."""
    return [word for word in layout.text.split() if has_mixed_scripts(word)]


@lru_cache(maxsize=4096)
def _unify_letters(letters: str) -> str:
    if len(letters) < _MIN_LETTERS:
        return letters
    latin = [letter for letter in letters if letter_script(letter) == "LATIN"]
    cyrillic = [letter for letter in letters if letter_script(letter) == "CYRILLIC"]
    if not latin or not cyrillic or len(latin) + len(cyrillic) < len(letters):
        return letters
    only_latin = any(ord(letter) not in _TO_CYRILLIC for letter in latin)
    only_cyrillic = any(ord(letter) not in _TO_LATIN for letter in cyrillic)
    if only_latin and only_cyrillic:
        return letters
    if only_latin or (not only_cyrillic and len(latin) > len(cyrillic)):
        return letters.translate(_TO_LATIN)
    return letters.translate(_TO_CYRILLIC)
