"""How much of a true text a reading has: word F1. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

_QUOTES = re.compile(r"[«»“”„‟\"]")
_DASHES = re.compile(r"[‐-―−]")
_BROKEN = re.compile(r"-\s*\n\s*")


def score_words(reading: str, truth: str) -> float:
    """F1 of both texts' words, 0 to 1, whatever their order; 1 where both have none.

    What is no error of reading does not count: forms of Unicode, quotes, dashes, soft hyphens,
    words broken over lines, upper and lower case, white space.
    """
    read, true = _count(reading), _count(truth)
    number = sum(read.values()) + sum(true.values())
    return 2 * sum((read & true).values()) / number if number else 1.0


def _count(text: str) -> Counter[str]:
    text = unicodedata.normalize("NFKC", text).replace("\u00ad", "")
    text = _DASHES.sub("-", _QUOTES.sub('"', text))
    return Counter(_BROKEN.sub("", text).casefold().split())
