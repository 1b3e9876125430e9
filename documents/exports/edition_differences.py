"""How the texts of two editions of a document differ, page by page."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from documents.errors import StillBeingRead
from documents.models import Document
from documents.text.page_alignment import Pair, align_pages, pair_by_place
from documents.text.word_diff import Piece, diff_texts

#: Where either edition has more pages, they are paired by their numbers: to find out which belong
#: together, all texts are needed.
MOST_ALIGNED = 200
_BATCH = 20


@dataclass(frozen=True)
class PageDifference:
    """Two pages that belong together: their numbers, None where the other edition has no such page.
    `pieces`: both texts as one, each run of words with what became of it."""

    old: int | None
    new: int | None
    pieces: list[Piece]

    @property
    def changes(self) -> int:
        """How many runs of words were removed, added or exchanged."""
        kinds = ["same", *(piece.kind for piece in self.pieces)]
        return sum(
            kind != "same" and before == "same" for before, kind in itertools.pairwise(kinds)
        )


@dataclass(frozen=True)
class Differences:
    """`count`: pairs of pages in all; `pages`: those asked for."""

    old: Document
    new: Document
    count: int
    pages: list[PageDifference]


def compare_editions(old: Document, new: Document, offset: int, limit: int) -> Differences:
    """The pairs of pages from `offset` (0: the first) on, `limit` at most. A page that was not read
    has no text. Raises StillBeingRead."""
    for document in (old, new):
        if document.is_unfinished:
            raise StillBeingRead(document=document.id)
    numbers = [list(_numbers(document)) for document in (old, new)]
    if max(map(len, numbers)) > MOST_ALIGNED:
        pairs = pair_by_place(len(numbers[0]), len(numbers[1]))
        shown = pairs[offset : offset + limit]
        texts = [
            _load_texts(document, [own[at] for pair in shown if (at := pair[side]) is not None])
            for side, (document, own) in enumerate(zip((old, new), numbers, strict=True))
        ]
    else:
        texts = [_load_texts(*each) for each in zip((old, new), numbers, strict=True)]
        pairs = align_pages(*(_in_order(*each) for each in zip(texts, numbers, strict=True)))
        shown = pairs[offset : offset + limit]
    return Differences(old, new, len(pairs), [_compare(pair, numbers, texts) for pair in shown])


def _compare(pair: Pair, numbers: list[list[int]], texts: list[dict[int, str]]) -> PageDifference:
    old, new = (
        None if index is None else own[index] for index, own in zip(pair, numbers, strict=True)
    )
    before, after = (
        "" if number is None else own.get(number, "")
        for number, own in zip((old, new), texts, strict=True)
    )
    return PageDifference(old, new, list(diff_texts(before, after)))


def _numbers(document: Document) -> Sequence[int]:
    return list(document.pages.order_by("number").values_list("number", flat=True))


def _load_texts(document: Document, numbers: Sequence[int]) -> dict[int, str]:
    """By number; a few pages with their boxes in memory at a time."""
    found: dict[int, str] = {}
    for at in range(0, len(numbers), _BATCH):
        wanted = list(numbers[at : at + _BATCH])
        for page in document.pages.with_text().filter(number__in=wanted):
            found[page.number] = "" if page.layout is None else page.layout.text
    return found


def _in_order(texts: dict[int, str], numbers: Sequence[int]) -> list[str]:
    return [texts.get(number, "") for number in numbers]
