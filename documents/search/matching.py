"""Which words of a text a question means, so that they are marked: the index's own rule. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from documents.search.analysis import Token, tokens
from documents.search.keys import keys_in

#: Hits that are looked for on one page.
MOST = 300


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
    words: dict[str, int] = field(default_factory=dict)
    prefixes: dict[str, int] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    key_prefixes: dict[str, int] = field(default_factory=dict)
    phrases: list[tuple[Sequence[str], int]] = field(default_factory=list)

    def hits(self, text: str) -> list[Hit]:
        """In the order of the text; no two overlap."""
        found = list(self._word_hits(list(tokens(text))))
        if self.keys or self.key_prefixes:
            found += self._key_hits(text)
        # A longer one says more than a part of it.
        found.sort(key=lambda hit: (hit.start, -hit.end))
        apart: list[Hit] = []
        for hit in found:
            if not apart or hit.start >= apart[-1].end:
                apart.append(hit)
        return apart[:MOST]

    def _word_hits(self, found: list[Token]) -> Iterator[Hit]:
        prefixes = tuple(self.prefixes)
        for token in found:
            part = self.stems.get(token.stem)
            if part is None:
                part = self.words.get(token.word)
            if part is None and prefixes and token.word.startswith(prefixes):
                part = next(n for p, n in self.prefixes.items() if token.word.startswith(p))
            if part is not None:
                yield Hit(token.start, token.end, part)
        for phrase, part in self.phrases:
            yield from _phrase_hits(found, phrase, part)

    def _key_hits(self, text: str) -> Iterator[Hit]:
        prefixes = tuple(self.key_prefixes)
        for start, end, key in keys_in(text):
            part = self.keys.get(key)
            if part is None and prefixes and key.startswith(prefixes):
                part = next(n for p, n in self.key_prefixes.items() if key.startswith(p))
            if part is not None:
                yield Hit(start, end, part)


def _phrase_hits(found: list[Token], phrase: Sequence[str], part: int) -> Iterator[Hit]:
    first, length = phrase[0], len(phrase)
    for at, token in enumerate(found):
        if token.stem == first and at + length <= len(found):
            run = found[at : at + length]
            if all(one.stem == stem for one, stem in zip(run, phrase, strict=True)):
                # Each word by itself, so that the boxes are of words; parts of one printed word
                # have one place.
                for one in run:
                    yield Hit(one.start, one.end, part)
