"""Find the words of a text that a query matches, to mark them, by the index's own rules. Pure.

Only words that may match by their first letter are analysed, so that marking a page of results
costs little more than splitting it into words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from documents.search.text import analysis
from documents.search.text.identifiers import find_keys
from documents.text.lookalikes import LATIN_TO_RUSSIAN, LIKELY_CYRILLIC, RUSSIAN_TO_LATIN

#: Hits on one page.
MAX_HITS = 300
#: First letters as printed, with the letters to which they are folded. Words are always analysed
#: that begin with a digit, or with neither a Latin nor a Cyrillic letter.
_FOLDINGS = [
    *LATIN_TO_RUSSIAN.items(),
    *RUSSIAN_TO_LATIN.items(),
    *LIKELY_CYRILLIC.items(),
    ("ё", "е"),
]
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzабвгдежзийклмнопрстуфхцчшщъыьэюяё0123456789")


@dataclass(frozen=True)
class Hit:
    """The characters `start` to `end` match part `part` of the query."""

    start: int
    end: int
    part: int


@dataclass(frozen=True)
class PhraseTarget:
    """Adjacent words. `exact`: other forms are marked only if a page does not have these forms."""

    words: tuple[str, ...]
    stems: tuple[str, ...]
    part: int
    exact: bool = False


@dataclass
class Matcher:
    """What to mark; each target with the number of the part of the query that it belongs to."""

    stems: dict[str, int] = field(default_factory=dict)
    prefixes: dict[str, int] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    key_prefixes: dict[str, int] = field(default_factory=dict)
    phrases: list[PhraseTarget] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the query has no words: then nothing is marked, whatever it finds."""
        return not (self.stems or self.prefixes or self.keys or self.key_prefixes or self.phrases)

    def find_hits(self, text: str) -> list[Hit]:
        """Return hits in the order of the text; no two overlap."""
        found = list(self._find_words(text))
        if self.stems:
            found += [
                Hit(start, end, self.stems[stem])
                for stem, start, end in analysis.iter_hyphen_parts(text)
                if stem in self.stems
            ]
        if self.keys or self.key_prefixes:
            found += self._find_keys(text)
        # Of overlapping hits, prefer the longest.
        found.sort(key=lambda hit: (hit.start, -hit.end))
        apart: list[Hit] = []
        for hit in found:
            if not apart or hit.start >= apart[-1].end:
                apart.append(hit)
        return apart[:MAX_HITS]

    @cached_property
    def _first_letters(self) -> frozenset[str]:
        """The first letters of all targets, with everything that folds to them."""
        firsts = {word[0] for word in (*self.stems, *self.prefixes)}
        firsts |= {phrase.stems[0][0] for phrase in self.phrases}
        return frozenset(firsts | {printed for printed, meant in _FOLDINGS if meant in firsts})

    def _find_words(self, text: str) -> Iterator[Hit]:
        first_letters = self._first_letters
        printed = list(analysis.iter_printed_words(text))
        exact: list[list[Hit]] = [[] for _ in self.phrases]
        inexact: list[list[Hit]] = [[] for _ in self.phrases]
        for at, (word, start, end) in enumerate(printed):
            first = word[0].lower()
            if first not in first_letters and first in _PLAIN and not first.isdigit():
                continue
            for folded, stem in analysis.analyse_word(word):
                part = self._get_part(folded, stem)
                if part is not None:
                    yield Hit(start, end, part)
                for number, phrase in enumerate(self.phrases):
                    if stem == phrase.stems[0]:
                        hits, same = _match_phrase(printed, at, phrase)
                        (exact if same else inexact)[number] += hits
        for phrase, same_forms, other_forms in zip(self.phrases, exact, inexact, strict=True):
            yield from same_forms
            if not (phrase.exact and same_forms):
                yield from other_forms

    def _get_part(self, word: str, stem: str) -> int | None:
        part = self.stems.get(stem)
        if part is None and self.prefixes:
            return next((n for p, n in self.prefixes.items() if word.startswith(p)), None)
        return part

    def _find_keys(self, text: str) -> Iterator[Hit]:
        prefixes = tuple(self.key_prefixes)
        for start, end, key in find_keys(text):
            part = self.keys.get(key)
            if part is None and prefixes and key.startswith(prefixes):
                part = next(n for p, n in self.key_prefixes.items() if key.startswith(p))
            if part is not None:
                yield Hit(start, end, part)


def _match_phrase(
    printed: Sequence[tuple[str, int, int]], at: int, phrase: PhraseTarget
) -> tuple[list[Hit], bool]:
    """Match the phrase from the word `at` on. Return one hit for each word, none if it does not
    match, and whether the words have the same forms."""
    found: list[Hit] = []
    pairs: list[tuple[str, str]] = []
    skip = 0
    for place in range(at, len(printed)):
        word, start, end = printed[place]
        found.append(Hit(start, end, phrase.part))
        pairs += analysis.analyse_word(word)
        if len(found) == 1 and phrase.stems[0] in (stem for _, stem in pairs):
            # It may begin with a unit printed directly behind a number.
            skip = [stem for _, stem in pairs].index(phrase.stems[0])
        if len(pairs) >= skip + len(phrase.stems):
            break
    pairs = pairs[skip : skip + len(phrase.stems)]
    if tuple(stem for _, stem in pairs) != phrase.stems:
        return [], False
    return found, tuple(word for word, _ in pairs) == phrase.words
