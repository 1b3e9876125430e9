"""How tests ask the search."""

from __future__ import annotations

from collections.abc import Callable

from documents.models import User
from documents.search.query.find import find
from documents.search.query.results import FoundPage, SearchRequest, SearchResults

Follow = Callable[[], None]


def search(user: User, text: str, **how: object) -> SearchResults:
    return find(user, SearchRequest(text, **how))  # type: ignore[arg-type]


def pages(found: SearchResults) -> list[tuple[str, int]]:
    results = [result for result in found.results if isinstance(result, FoundPage)]
    return [(result.document.title, result.number) for result in results]


def numbers(user: User, text: str, **how: object) -> list[int]:
    return sorted(number for _, number in pages(search(user, text, **how)))
