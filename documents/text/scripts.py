"""Which script a letter belongs to. Pure."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def letter_script(letter: str) -> str:
    """The first word of the letter's Unicode name: LATIN, CYRILLIC, GREEK, ...; "" if unnamed."""
    return unicodedata.name(letter, "").partition(" ")[0]


def is_cyrillic(letter: str) -> bool:
    """Whether `letter` is in the Unicode block Cyrillic (U+0400 to U+04FF)."""
    return "\u0400" <= letter <= "\u04ff"
