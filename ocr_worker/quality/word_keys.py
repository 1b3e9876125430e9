"""Keys by which the words of two readings are compared, and which words are compared at all. Pure.

Two readings of one print differ in much that is no error: quotes, dashes, case (о/О), accents, ё,
and Latin letters for Cyrillic ones. Keys fold these differences. Formulas, and scripts that the
second reader does not know, are noise in its reading and have no key.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from documents.text.lookalikes import LOOSE_DIGITS, TWINS
from documents.text.scripts import letter_script

_CYRILLIC_TO_LATIN = str.maketrans(TWINS)
_LETTERS_TO_DIGITS = str.maketrans(LOOSE_DIGITS)

#: Between digits a comma, point or colon is part of the number.
_MARK = re.compile(r"(?<=\d)[.,:](?=\d)")

#: All but letters, digits and the mark inside a number.
_REMOVED = re.compile(r"[^\w·]|_")

_LETTER = re.compile(r"[^\W\d_]")

#: LaTeX between its delimiters. A `$` may be money: between two of them must be something that
#: amounts do not have, and no prose.
_FORMULA = re.compile(
    r"\$\$.+?\$\$"
    r"|\\\(.+?\\\)|\\\[.+?\\\]"
    r"|\$(?=[^$\n]{0,400}?[\\^_{}=]|\s*[A-Za-z]\S{0,8}\s*\$)[^$\n]{1,400}\$",
    re.DOTALL,
)


#: What of a formula may have long words; and those of a text.
_COMMANDS = re.compile(r"\\[A-Za-z]+|\{[^{}]*\}")
_PROSE = re.compile(r"(?<!\w)[^\W\d_]{4,}(?!\w)")


@dataclass(frozen=True)
class FoldedWord:
    """A word of a text as `str.split` gives it, and the number of its line in the text (from 0).

    `key` is what is compared; "" for punctuation, formulas and unknown scripts, which are not.
    `opaque`: what the second reader saw in its place is noise.
    """

    text: str
    key: str
    line: int
    opaque: bool = False


def split_tokens(text: str) -> list[FoldedWord]:
    """The words of `text`, in order: `[token.text for ...] == text.split()`."""
    formulas = list(_find_formulas(text))
    result = []
    line = formula = last = 0
    for found in re.finditer(r"\S+", text):
        start, end = found.span()
        line += text.count("\n", last, start)
        last = start
        while formula < len(formulas) and formulas[formula][1] <= start:
            formula += 1
        opaque = formula < len(formulas) and formulas[formula][0] < end
        opaque = opaque or _is_foreign(found[0])
        result.append(FoldedWord(found[0], "" if opaque else make_key(found[0]), line, opaque))
    return result


def _find_formulas(text: str) -> Iterator[tuple[int, int]]:
    found = _FORMULA.search(text)
    while found:
        start, end = found.span()
        if len(_PROSE.findall(_COMMANDS.sub(" ", found[0]))) > 1:
            end = start + 1  # money, and what is bought
        else:
            yield start, end
        found = _FORMULA.search(text, end)


@lru_cache(maxsize=16384)
def make_key(word: str) -> str:
    """The key of `word`; "" where it has no letter and no digit."""
    folded = unicodedata.normalize("NFKD", word.replace("№", "")).casefold().replace("ı", "i")
    folded = "".join(sign for sign in folded if not unicodedata.combining(sign))
    taught = "".join(sign for sign in folded if not sign.isalpha() or _is_known(sign))
    folded = taught if _LETTER.search(taught) else folded  # «φnodes» is «nodes»
    return _REMOVED.sub("", _MARK.sub("·", folded)).translate(_CYRILLIC_TO_LATIN)


@lru_cache(maxsize=16384)
def make_loose_key(word_key: str) -> str:
    """`word_key` with digits for the letters that look like them (O 0, l 1, S 5, б 6), and without
    the mark inside a number."""
    return word_key.replace("·", "").translate(_LETTERS_TO_DIGITS)


def has_digit(word_key: str) -> bool:
    return any(map(str.isdigit, word_key))


def single_script(word: str) -> str:
    """LATIN or CYRILLIC where all letters of `word` are of that one; else ""."""
    names = {letter_script(letter) for letter in word if letter.isalpha()}
    return names.pop() if len(names) == 1 else ""


def _is_foreign(word: str) -> bool:
    """Whether most letters are of no script that the second reader was taught."""
    letters = [letter for letter in word if letter.isalpha()]
    foreign = sum(not _is_known(letter) for letter in letters)
    return foreign * 2 > len(letters)


@lru_cache(maxsize=4096)
def _is_known(letter: str) -> bool:
    return ord(letter) < 0x250 or unicodedata.name(letter, "").startswith(("LATIN", "CYRILLIC"))
