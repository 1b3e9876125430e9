"""Group the pages that match a query by document."""

from __future__ import annotations

import uuid

from tantivy import Query

from documents.search.index.index_reader import RankedAddress
from documents.search.query.result_pages import PageFinder
from documents.search.query.results import FoundDocument, FoundPage
from documents.search.query.tantivy_queries import all_of, any_document

#: Entries ranked first; four times as many while they are of too few documents, up to MAX_RANKED.
INITIAL_RANKED, MAX_RANKED = 500, 100_000
#: The best pages of a document.
BEST_PAGES = 3


def find_documents(
    finder: PageFinder, query: Query, offset: int, limit: int
) -> tuple[list[FoundDocument], int, bool]:
    """Return documents in the order of their best pages, their number, and whether more follow."""
    needed, ranked = offset + limit + 1, INITIAL_RANKED
    while True:
        hits, count = finder.rank(query, ranked)
        numbers = finder.snapshot.read_column("document_number", [address for _, address in hits])
        first: dict[int, int] = {}
        for at, number in enumerate(numbers):
            first.setdefault(number, at)
        if len(first) >= needed or len(hits) >= count or ranked >= MAX_RANKED:
            break
        ranked *= 4
    total = len(first)
    if len(hits) < count:
        total = max(total, _estimate_documents(finder, query))
    places = list(first.values())[offset : offset + limit]
    ids = [finder.snapshot.read_entry(hits[at][1])[0] for at in places]
    return _load_documents(finder, query, ids), total, len(first) >= needed


def _estimate_documents(finder: PageFinder, query: Query) -> int:
    aggregation = {"n": {"cardinality": {"field": "document_number"}}}
    return round(float(finder.snapshot.aggregate(query, aggregation)["n"]["value"]))


def _load_documents(finder: PageFinder, query: Query, ids: list[uuid.UUID]) -> list[FoundDocument]:
    if not ids:
        return []
    aggregation = {"n": {"terms": {"field": "document", "size": len(ids)}}}
    counted = finder.snapshot.aggregate(all_of([query, any_document(ids)]), aggregation)
    counts = {bucket["key"]: bucket["doc_count"] for bucket in counted["n"]["buckets"]}
    best: list[RankedAddress] = []
    for each in ids:
        best += finder.rank(all_of([query, any_document([each])]), BEST_PAGES)[0]
    by_document: dict[uuid.UUID, list[FoundPage]] = {}
    for page in finder.load_pages(best):
        by_document.setdefault(page.document.id, []).append(page)
    return [
        FoundDocument(pages[0].document, pages, int(counts.get(each.hex, len(pages))))
        for each in ids
        if (pages := by_document.get(each))
    ]
