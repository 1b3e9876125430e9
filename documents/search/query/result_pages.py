"""Turn hits of the index into pages to show, checked against the database.

The index may be a moment behind: pages that the user may no longer see, or that no longer match,
are left out; pages with a newer text are shown with it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tantivy import Query

from documents.access import visible_to
from documents.models import Document, Page, User
from documents.search.index import entry_loader
from documents.search.index.encoding import COVER, encode_source
from documents.search.index.index_reader import IndexSnapshot, RankedAddress
from documents.search.query.highlighter import Matcher
from documents.search.query.results import FoundPage, Ordering
from documents.search.query.snippets import make_snippet
from documents.search.query.tantivy_queries import prefer_approved
from documents.search.text.page_text import EMPTY, SearchText


@dataclass(frozen=True)
class PageFinder:
    """Finds the best entries for a query, and loads their pages for a user."""

    user: User
    snapshot: IndexSnapshot
    matcher: Matcher
    ordering: Ordering

    def rank(self, query: Query, limit: int) -> tuple[list[RankedAddress], int]:
        """Return the best entries in order, and how many match in all."""
        if self.ordering == Ordering.DATE:
            return self.snapshot.search(query, limit, order_by_field="order")
        return self.snapshot.search(prefer_approved(query), limit)

    def load_pages(self, hits: Sequence[RankedAddress]) -> list[FoundPage]:
        """Load the pages that the user may see at this moment, in the order of `hits`."""
        addresses = [address for _, address in hits]
        numbers = self.snapshot.read_column("number", addresses)
        sources = self.snapshot.read_column("source", addresses)
        stored = [self.snapshot.read_entry(address) for address in addresses]
        documents = _load_visible(self.user, {document for document, _ in stored})
        current_sources = _load_current_sources(documents, numbers)
        found: list[FoundPage] = []
        for (score, _), number, source, (document_id, page) in zip(
            hits, numbers, sources, stored, strict=True
        ):
            document = documents.get(document_id)
            current = 0 if number == COVER else current_sources.get((document_id, number))
            if document is None or current is None:
                continue
            has_changed = current != source
            if has_changed:
                page = _load_text(current)
            marks = self.matcher.find_hits(page.text)
            if has_changed and not marks and not self.matcher.is_empty:
                continue  # it does not match any more
            found.append(
                FoundPage(
                    document=document,
                    number=number,
                    score=None if self.ordering == Ordering.DATE else round(float(score), 4),
                    snippet=make_snippet(page.text, marks),
                    hits=[piece for mark in marks for piece in page.locate(mark.start, mark.end)],
                    width=page.width,
                    height=page.height,
                )
            )
        return found


def _load_visible(user: User, ids: set[uuid.UUID]) -> dict[uuid.UUID, Document]:
    documents = visible_to(user).listed().filter(id__in=ids).select_related("team")
    return {document.id: document for document in documents.order_by()}


def _load_current_sources(
    documents: Mapping[uuid.UUID, Document], numbers: Sequence[int]
) -> dict[tuple[uuid.UUID, int], int]:
    pages = Page.objects.filter(
        document__in=list(documents), number__in=set(numbers), current_reading__isnull=False
    ).order_by()
    return {
        (document, number): encode_source(reading, revision)
        for document, number, reading, revision in pages.values_list(
            "document_id", "number", "current_reading_id", "current_revision_id"
        )
    }


def _load_text(source: int) -> SearchText:
    for texts in entry_loader.iter_texts([source]):
        if source in texts:
            return texts[source]
    return EMPTY
