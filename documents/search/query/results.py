"""The request and the results of a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from documents.models import Document
from documents.search.query.nodes import Note
from documents.text.page_layout import Box


class Ordering(str, Enum):
    """The order of results; the newest document first by date."""

    RELEVANCE = "relevance"
    DATE = "date"


@dataclass(frozen=True)
class SearchRequest:
    """`filters`: see `access_filter.build_scope`. `by_document`: return documents, not pages.
    `facets`: names of `facets.FACET_FIELDS` to count."""

    text: str = ""
    filters: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    ordering: Ordering = Ordering.RELEVANCE
    offset: int = 0
    limit: int = 20
    by_document: bool = False
    facets: Sequence[str] = ()


@dataclass(frozen=True)
class FoundPage:
    """`number` is 0 if only the title of the document matches and its first page was not read.
    `score`: None if ordered by date. `hits`: `(box, text)`, in px of the page image of `width` x
    `height`; `snippet` is HTML."""

    document: Document
    number: int
    score: float | None
    snippet: str
    hits: list[tuple[Box, str]]
    width: int
    height: int


@dataclass(frozen=True)
class FoundDocument:
    """A document with its best pages; `pages_found` of its pages match."""

    document: Document
    pages: list[FoundPage]
    pages_found: int


@dataclass(frozen=True)
class SearchResults:
    """`count`: pages or documents in all (a large number of documents is an estimate); `more`:
    others follow. `notes` concern the query, `warnings` the index; `complete`: the index has the
    whole archive. `facets`: values with numbers of pages. `near_words`: those searched for as
    well, by the typed word, because few pages have it; `suggestion`: a query that was more likely
    meant."""

    results: list[FoundPage] | list[FoundDocument]
    count: int
    more: bool
    notes: tuple[Note, ...]
    warnings: list[str]
    complete: bool
    facets: dict[str, list[tuple[str, int]]]
    near_words: Mapping[str, list[str]] = field(default_factory=dict)
    suggestion: str | None = None
