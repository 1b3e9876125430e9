"""Pages of documents, put together by a person: which ones, in which order, how they are turned.
Pure; no Django."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from documents.text.page_ranges import format_ranges, ranges_of

#: Degrees clockwise, from how the page is shown now.
ROTATIONS = (0, 90, 180, 270)


@dataclass(frozen=True)
class ArrangedPage:
    """Page `number` (from 1) of a document, turned clockwise by `rotation` (one of ROTATIONS)."""

    document: uuid.UUID
    number: int
    rotation: int = 0

    def to_json(self) -> list[Any]:
        return [str(self.document), self.number, self.rotation]

    @classmethod
    def from_json(cls, data: Sequence[Any]) -> ArrangedPage:
        """Raises ValueError or TypeError where `data` is not what `to_json` gives."""
        document, number, rotation = data
        if rotation not in ROTATIONS or int(number) < 1:
            raise ValueError(f"not a page: {data!r:.100}")
        return cls(uuid.UUID(document), int(number), int(rotation))


@dataclass(frozen=True)
class ArrangedPart:
    """The pages of a document that is to be made, one at least. `title`: "" for one that follows
    from where the pages are from."""

    pages: tuple[ArrangedPage, ...]
    title: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"title": self.title, "pages": [page.to_json() for page in self.pages]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ArrangedPart:
        return cls(tuple(map(ArrangedPage.from_json, data["pages"])), data["title"])

    @property
    def sources(self) -> list[uuid.UUID]:
        """The documents that the pages are from, each once."""
        return list(dict.fromkeys(page.document for page in self.pages))


def name_pages(numbers: Iterable[int]) -> str:
    """Page numbers as ranges; where they are not in their order, all of them one by one."""
    listed = list(numbers)
    rising = all(one < other for one, other in pairwise(listed))
    return format_ranges(ranges_of(listed)) if rising else ",".join(map(str, listed))


def interleave(fronts: Sequence[ArrangedPage], backs: Sequence[ArrangedPage]) -> list[ArrangedPage]:
    """The two sides of sheets in turn. Where one side has more, they follow at the end."""
    both: list[ArrangedPage] = []
    for at in range(max(len(fronts), len(backs))):
        both.extend(fronts[at : at + 1])
        both.extend(backs[at : at + 1])
    return both
