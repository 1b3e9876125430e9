"""Which words of a text a question means, so that they are marked: the index's own rule. Pure.

Only words that may match by their first letter are analysed: a page of results is marked in the
time that it takes to look at its words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from documents.search.text import analysis
from documents.search.text.identifiers import find_keys
from documents.text.lookalikes import LATIN_TO_RUSSIAN, LIKELY_CYRILLIC, RUSSIAN_TO_LATIN

#: Hits that are looked for on one page.
MOST = 300
#: What a word may be printed with at its beginning, with what it begins with as folded; digits and
#: what is neither a small Latin nor a small Cyrillic letter are always looked at.
_FOLDED_FROM = [
    *LATIN_TO_RUSSIAN.items(),
    *RUSSIAN_TO_LATIN.items(),
    *LIKELY_CYRILLIC.items(),
    ("ё", "е"),
]
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzабвгдежзийклмнопрстуфхцчшщъыьэюяё0123456789")


@dataclass(frozen=True)
class Hit:
    """The characters `start` to `end` answer part `part` of the question."""

    start: int
    end: int
    part: int


@dataclass(frozen=True)
class Sought:
    """Words side by side. `exact`: in these very forms, wherever a page has them so."""

    words: tuple[str, ...]
    stems: tuple[str, ...]
    part: int
    exact: bool = False


@dataclass
class Matcher:
    """What is marked, each with the number of the part of the question that it answers."""

    stems: dict[str, int] = field(default_factory=dict)
    prefixes: dict[str, int] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    key_prefixes: dict[str, int] = field(default_factory=dict)
    phrases: list[Sought] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the question has no words: then it marks nothing, whatever it finds."""
        return not (self.stems or self.prefixes or self.keys or self.key_prefixes or self.phrases)

    def hits(self, text: str) -> list[Hit]:
        """In the order of the text; no two overlap."""
        found = list(self._word_hits(text))
        if self.stems:
            found += [
                Hit(start, end, self.stems[stem])
                for stem, start, end in analysis.iter_hyphen_parts(text)
                if stem in self.stems
            ]
        if self.keys or self.key_prefixes:
            found += self._key_hits(text)
        # A longer one says more than a part of it.
        found.sort(key=lambda hit: (hit.start, -hit.end))
        apart: list[Hit] = []
        for hit in found:
            if not apart or hit.start >= apart[-1].end:
                apart.append(hit)
        return apart[:MOST]

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        """The first letters of all that is looked for, in every script and look."""
        firsts = {word[0] for word in (*self.stems, *self.prefixes)}
        firsts |= {phrase.stems[0][0] for phrase in self.phrases}
        return frozenset(firsts | {printed for printed, meant in _FOLDED_FROM if meant in firsts})

    def _word_hits(self, text: str) -> Iterator[Hit]:
        beginnings = self._beginnings
        printed = list(analysis.iter_printed_words(text))
        exact: list[list[Hit]] = [[] for _ in self.phrases]
        inexact: list[list[Hit]] = [[] for _ in self.phrases]
        for at, (word, start, end) in enumerate(printed):
            first = word[0].lower()
            if first not in beginnings and first in _PLAIN and not first.isdigit():
                continue
            for folded, stem in analysis.analyse_word(word):
                part = self._part_of(folded, stem)
                if part is not None:
                    yield Hit(start, end, part)
                for number, phrase in enumerate(self.phrases):
                    if stem == phrase.stems[0]:
                        hits, same = _phrase_at(printed, at, phrase)
                        (exact if same else inexact)[number] += hits
        for phrase, same_forms, other_forms in zip(self.phrases, exact, inexact, strict=True):
            yield from same_forms
            if not (phrase.exact and same_forms):
                yield from other_forms

    def _part_of(self, word: str, stem: str) -> int | None:
        part = self.stems.get(stem)
        if part is None and self.prefixes:
            return next((n for p, n in self.prefixes.items() if word.startswith(p)), None)
        return part

    def _key_hits(self, text: str) -> Iterator[Hit]:
        prefixes = tuple(self.key_prefixes)
        for start, end, key in find_keys(text):
            part = self.keys.get(key)
            if part is None and prefixes and key.startswith(prefixes):
                part = next(n for p, n in self.key_prefixes.items() if key.startswith(p))
            if part is not None:
                yield Hit(start, end, part)


def _phrase_at(
    printed: Sequence[tuple[str, int, int]], at: int, phrase: Sought
) -> tuple[list[Hit], bool]:
    """The words of the phrase, where it begins with the word `at`: each by itself, so that the
    boxes are of words. None where it does not begin there. Whether they have the same forms."""
    found: list[Hit] = []
    pairs: list[tuple[str, str]] = []
    skip = 0
    for place in range(at, len(printed)):
        word, start, end = printed[place]
        found.append(Hit(start, end, phrase.part))
        pairs += analysis.analyse_word(word)
        if len(found) == 1 and phrase.stems[0] in (stem for _, stem in pairs):
            # It may begin with the unit that is printed close to a number.
            skip = [stem for _, stem in pairs].index(phrase.stems[0])
        if len(pairs) >= skip + len(phrase.stems):
            break
    pairs = pairs[skip : skip + len(phrase.stems)]
    if tuple(stem for _, stem in pairs) != phrase.stems:
        return [], False
    return found, tuple(word for word, _ in pairs) == phrase.words
