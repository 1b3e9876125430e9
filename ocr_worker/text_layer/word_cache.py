"""Remember what was found out about a word: most words of a document are on many of its pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

T = TypeVar("T")

#: Words remembered, and the longest of them: a few MB.
_WORDS = 20_000
_LONGEST = 40


def cache_words(judge: Callable[[str], T]) -> Callable[[str], T]:
    """Cache a function of one word, without keeping words that no language has."""
    cached = lru_cache(_WORDS)(judge)

    @wraps(judge)
    def call(word: str) -> T:
        return cached(word) if len(word) <= _LONGEST else judge(word)

    return call
