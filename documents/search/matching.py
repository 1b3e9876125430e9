"""Which words of a text a question means, so that they are marked: the index's own rule. Pure.

Only words that may match by their first letter are analysed: a page of results is marked in the
time that it takes to look at its words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from documents.search import analysis
from documents.search.keys import keys_in
from documents.search.lookalikes import TO_CYRILLIC, TO_LATIN

#: Hits that are looked for on one page.
MOST = 300
#: What a word may begin with in print, by what it begins with as folded.
_PRINTED_AS = {"о": "0", "o": "0", "з": "3", "б": "6", "е": "ё", "l": "1", "н": "n", "и": "iu"}
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzабвгдежзийклмнопрстуфхцчшщъыьэюяё0123456789")


@dataclass(frozen=True)
class Hit:
    """The characters `start` to `end` answer part `part` of the question."""

    start: int
    end: int
    part: int


@dataclass
class Matcher:
    """What is marked, each with the number of the part of the question that it answers."""

    stems: dict[str, int] = field(default_factory=dict)
    prefixes: dict[str, int] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    key_prefixes: dict[str, int] = field(default_factory=dict)
    phrases: list[tuple[Sequence[str], int]] = field(default_factory=list)

    def hits(self, text: str) -> list[Hit]:
        """In the order of the text; no two overlap."""
        found = list(self._word_hits(text))
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
        firsts |= {phrase[0][0] for phrase, _ in self.phrases}
        for letter in list(firsts):
            firsts.update(_PRINTED_AS.get(letter, ""))
            firsts.update(TO_CYRILLIC.get(letter, ""), TO_LATIN.get(letter, ""))
        return frozenset(firsts)

    def _word_hits(self, text: str) -> Iterator[Hit]:
        beginnings = self._beginnings
        printed = list(analysis.printed_words(text))
        for at, (word, start, end) in enumerate(printed):
            first = word[0].lower()
            if first not in beginnings and first in _PLAIN and not first.isdigit():
                continue
            for folded, stem in analysis.analysed(word):
                part = self._part_of(folded, stem)
                if part is not None:
                    yield Hit(start, end, part)
                for phrase, number in self.phrases:
                    if stem == phrase[0]:
                        yield from _phrase_at(printed, at, phrase, number)

    def _part_of(self, word: str, stem: str) -> int | None:
        part = self.stems.get(stem)
        if part is None and self.prefixes:
            return next((n for p, n in self.prefixes.items() if word.startswith(p)), None)
        return part

    def _key_hits(self, text: str) -> Iterator[Hit]:
        prefixes = tuple(self.key_prefixes)
        for start, end, key in keys_in(text):
            part = self.keys.get(key)
            if part is None and prefixes and key.startswith(prefixes):
                part = next(n for p, n in self.key_prefixes.items() if key.startswith(p))
            if part is not None:
                yield Hit(start, end, part)


def _phrase_at(
    printed: list[tuple[str, int, int]], at: int, phrase: Sequence[str], part: int
) -> Iterator[Hit]:
    """The words of the phrase, where it begins with the word `at`: each by itself, so that the
    boxes are of words."""
    found: list[Hit] = []
    stems: list[str] = []
    for word, start, end in printed[at:]:
        found.append(Hit(start, end, part))
        stems += [stem for _, stem in analysis.analysed(word)]
        if len(stems) >= len(phrase):
            break
    # It may begin with the unit that is printed close to a number.
    skip = stems.index(phrase[0]) if phrase[0] in stems[:2] else 0
    if skip:
        stems += [
            stem
            for word, _, _ in printed[at + len(found) : at + len(found) + skip]
            for _, stem in analysis.analysed(word)
        ]
        found += [Hit(s, e, part) for _, s, e in printed[at + len(found) : at + len(found) + skip]]
    if stems[skip : skip + len(phrase)] == list(phrase):
        yield from found
