"""What a whole page says of the differences between its two readings. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from statistics import median
from typing import Protocol

from documents.text.page_layout import Box

from .region_match import RegionMatch, WordMatch
from .regions import SeenWord

#: Where the readings agree on a smaller share of the first engine's letters, one of them is wrong
#: as a whole. The second must be this sure of the page then.
AGREED_LEAST = 0.5
SURE_OF_ALL = 0.85

#: A word that both readings have so often says nothing of where else it is.
_COMMON = 3


class InkDetector(Protocol):
    """What is printed in a box (px of the page), by its pixels."""

    def __call__(self, box: Box) -> bool:
        """Whether anything is."""

    def width(self, box: Box) -> float:
        """How much of its width has print above, px."""


@dataclass
class PageEvidence:
    """Evidence from the whole page about each of its differences.

    `vouched`: keys on which the readings agree somewhere. `ink`: None where there is no image.
    `agreed`: share of the first engine's letters that both read (0 to 1). `sure`: the second
    reader's confidence in the page. `height`: of most of its words, px. `first_left`,
    `second_left`: keys that one reading alone has, over all regions: the same word in two regions
    was only placed differently. Parts of a word of the first reading that the second has without
    them are among `first_left`. `second_torn`: adjacent words of `second_left`, joined.
    """

    vouched: Counter[str] = field(default_factory=Counter)
    ink: InkDetector | None = None
    agreed: float = 1.0
    sure: float = 1.0
    height: float = math.inf
    first_left: Counter[str] = field(default_factory=Counter)
    second_left: Counter[str] = field(default_factory=Counter)
    second_torn: Counter[str] = field(default_factory=Counter)

    @property
    def is_credible(self) -> bool:
        """Whether the second reader is credible on this page at all."""
        return self.agreed >= AGREED_LEAST or self.sure >= SURE_OF_ALL

    def has_first(self, key: str) -> bool:
        """Whether the first reading has the word elsewhere, where the second lacks it."""
        return self._is_telling(key) and self.first_left[key] > 0

    def has_second(self, key: str) -> bool:
        """Whether the second reading has the word elsewhere, where the first lacks it."""
        if self.second_torn[key] > 0:
            return True
        return self._is_telling(key) and self.second_left[key] > 0

    def has_first_whole(self, key: str) -> bool:
        """Whether the first reading has in one what the second alone has in parts. That is no
        coincidence, also where the page is full of the word."""
        return len(key) > 2 and self.first_left[key] > 0

    def _is_telling(self, key: str) -> bool:
        """Short words, and those that the page is full of, are no evidence."""
        return len(key) > 2 and self.vouched[key] < _COMMON


def collect_evidence(
    found: Sequence[RegionMatch],
    outside: Sequence[SeenWord],
    ink: InkDetector | None,
    sure: float | None,
) -> PageEvidence:
    """Collect the evidence of all regions; `sure`: the second reader's confidence in the page."""
    page = PageEvidence(ink=ink, sure=sure or 0.0)
    agreed = total = 0
    for one in found:
        for match in one.matches:
            keys = [token.key for token in one.tokens[match.i0 : match.i1] if token.key]
            letters = sum(map(len, keys))
            total += letters
            if match.same:
                agreed += letters
                page.vouched.update(keys)
                continue
            if match.repeated:
                continue
            if not match.seen:
                page.first_left.update(keys)
            elif not keys:
                page.second_left.update(each.key for each in match.seen)
            else:
                page.first_left.update(find_rests(*join_keys(one, match)))
        page.second_torn.update(_join_torn(one))
    page.second_left.update(each.key for each in outside)
    boxes = [each.word.bbox for one in found for match in one.matches for each in match.seen]
    if boxes:
        page.height = median(box[3] - box[1] for box in boxes)
    page.agreed = agreed / total if total else 1.0
    return page


def _join_torn(one: RegionMatch) -> Iterator[str]:
    """The keys of adjacent words that only the second reader has, as one each."""
    for alone, run in groupby(one.matches, key=lambda match: match.i0 == match.i1):
        keys = [each.key for match in run for each in match.seen] if alone else []
        if len(keys) > 1:
            yield "".join(keys)


def find_rests(one: str, other: str) -> Iterator[str]:
    """What `one` has before or after `other`."""
    if one.startswith(other):
        yield one[len(other) :]
    if one.endswith(other):
        yield one[: -len(other)]


def join_keys(matched: RegionMatch, match: WordMatch) -> tuple[str, str]:
    """What the two readings have, as one key each."""
    tokens = matched.tokens[match.i0 : match.i1]
    return "".join(t.key for t in tokens), "".join(each.key for each in match.seen)
