"""Words that mix Latin and Cyrillic letters which look alike: «Договоp» with a Latin p. Pure.

Readers of pictures write them, and somebody who copies the word finds nothing with it. The stored
reading stays as it is; a page that has such words is flagged. A search forgives more than what is
called a fault here: it folds by rules of its own (`documents/search/text/lookalikes.py`).

A word is mended only where all letters of the lesser script have a twin in the other one: «Wi-Fi»,
«R-303», «COVID-19» and «МТ3» mix nothing, «PDF-файл» has letters without a twin on both sides and
is meant so.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from documents.text.page_layout import PageLayout

#: Cyrillic letters and the Latin ones that print the same. `к`, `м`, `т`, `в`, `н` have twins as
#: capitals only: their small forms differ (k, m, t, b, h), and print apart.
_TWINS = dict(
    zip(
        "АВЕЅІЈКМНОРСТХУаеѕіјорсху",
        "ABESIJKMHOPCTXYaesijopcxy",
        strict=True,
    )
)
_TO_LATIN = str.maketrans(_TWINS)
_TO_CYRILLIC = str.maketrans({latin: cyrillic for cyrillic, latin in _TWINS.items()})

#: What parts a word into pieces that are each of one script: «PDF-файл», «и/или», «e-mail».
_PIECES = re.compile(r"([^\W\d_]+)")

#: A piece of fewer letters is a name of something (a unit, a variable, a clause), never a word.
_SHORTEST = 3


def is_mixed(word: str) -> bool:
    """Whether look-alikes stand where letters of the word's own script belong."""
    return normalised(word) != word


def normalised(word: str) -> str:
    """`word` (no white space) as it should be: each piece of letters in one script.

    That script is the one of the piece's letters without a twin in the other; where all have
    one («COCHA»), that of the greater number. Pieces of fewer than 3 letters, of one script, or
    with letters of both scripts that have no twin stay as they are. Idempotent.
    """
    if word.isascii():
        return word
    return _PIECES.sub(lambda found: _mended(found[0]), word)


def mixed_words(layout: PageLayout) -> list[str]:
    """The words of a page that mix look-alikes, in reading order, as often as they stand there."""
    return [word for word in layout.text.split() if is_mixed(word)]


@lru_cache(maxsize=4096)
def _mended(piece: str) -> str:
    if len(piece) < _SHORTEST:
        return piece
    latin = [letter for letter in piece if _script(letter) == "LATIN"]
    cyrillic = [letter for letter in piece if _script(letter) == "CYRILLIC"]
    if not latin or not cyrillic or len(latin) + len(cyrillic) < len(piece):
        return piece
    own_latin = any(ord(letter) not in _TO_CYRILLIC for letter in latin)
    own_cyrillic = any(ord(letter) not in _TO_LATIN for letter in cyrillic)
    if own_latin and own_cyrillic:
        return piece
    if own_latin or (not own_cyrillic and len(latin) > len(cyrillic)):
        return piece.translate(_TO_LATIN)
    return piece.translate(_TO_CYRILLIC)


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
