"""Text with the word frequencies of language: Russian and English words by Zipf's law.

The n-th most frequent word has a share of 1/n (G. K. Zipf, 1949). Words are made of syllables, so
that dictionaries and stemmers have what they have in an archive: stems, endings, a long tail.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

_RUSSIAN = [
    "ба",
    "ве",
    "го",
    "ду",
    "жи",
    "за",
    "ко",
    "лу",
    "ме",
    "но",
    "пе",
    "ри",
    "со",
    "та",
    "ул",
    "фо",
    "ха",
    "це",
    "ша",
    "ще",
    "эк",
    "ми",
    "ра",
    "дол",
    "тор",
    "вал",
]
_ENDINGS = ("", "а", "ы", "у", "ом", "ами", "ов", "ый", "ая", "ого", "ение", "ировать")
_ENGLISH = [
    "ba",
    "con",
    "de",
    "ex",
    "for",
    "in",
    "lo",
    "mi",
    "no",
    "per",
    "re",
    "sta",
    "ti",
    "un",
    "ver",
    "al",
    "tion",
    "ment",
    "ar",
    "ship",
]
_SUFFIXES = ("", "s", "ed", "ing", "er", "ly", "able")
#: Forms; 60 of 100 pages are Russian.
FORMS, RUSSIAN_SHARE = 400_000, 0.6


def forms(syllables: Sequence[str], endings: Sequence[str], number: int, seed: int) -> list[str]:
    """Different words, the short ones first, as in a language."""
    chance = random.Random(seed)
    found: dict[str, None] = {}
    for length in itertools.count(1):
        for _ in range(number if length > 2 else 300 * length**2):
            stem = "".join(chance.choice(syllables) for _ in range(length))
            found[stem + chance.choice(endings)] = None
            if len(found) == number:
                return list(found)
    raise AssertionError


class Pages:
    """An endless pile of pages, each a text of about `words` words; the same for the same seed."""

    def __init__(self, seed: int = 1, words: int = 200) -> None:
        self._chance = random.Random(seed)
        self._words = words
        self.russian = forms(_RUSSIAN, _ENDINGS, FORMS, 1)
        self.english = forms(_ENGLISH, _SUFFIXES, FORMS // 2, 2)
        self._weights = {
            len(each): list(itertools.accumulate(1 / (n + 2) for n in range(len(each))))
            for each in (self.russian, self.english)
        }

    def page(self) -> str:
        words = self.russian if self._chance.random() < RUSSIAN_SHARE else self.english
        chosen = self._chance.choices(
            words,
            cum_weights=self._weights[len(words)],
            k=self._words + self._chance.randrange(-60, 60),
        )
        number = self._chance.randrange(10**6)
        lines = [" ".join(chosen[at : at + 10]) for at in range(0, len(chosen), 10)]
        return f"№ {number}/2025\n" + "\n".join(lines)
