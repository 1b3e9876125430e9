"""A question answered: pages of documents that the asker may see, as they are at this moment."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import tantivy
from tantivy import Query

from documents.access import visible_to
from documents.models import Document, Page, User
from documents.search.index import index_documents
from documents.search.index.reader import Opened, reader
from documents.search.index.schema import COVER, source_of
from documents.search.query import spelling
from documents.search.query.access_filter import Scope, any_document, scope_of
from documents.search.query.compile import Compiled, compiled
from documents.search.query.highlighter import Hit, Matcher
from documents.search.query.parser import Note, understood
from documents.search.query.snippets import snippet
from documents.search.query.tantivy_queries import all_of, ranked
from documents.search.text.page_text import SearchText
from documents.text.page_layout import Box

RELEVANCE, DATE = "relevance", "date"
#: How far into the results one may look, and how many documents' best pages are shown of each.
DEEPEST, BEST_PAGES = 100_000, 3
#: Pages that are looked at first where documents are asked for.
GROUPED_AT_ONCE = 500
#: Facets and the fields they count; values of each at most.
FACETS = {
    "team": "team", "tag": "tag", "type": "type", "year": "year",
    "status": "status", "review_status": "review_status", "language": "language",
}  # fmt: skip
MOST_VALUES = 20


@dataclass(frozen=True)
class Wanted:
    """What is asked. `filters` as `scope_of` takes them."""

    text: str = ""
    filters: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    ordering: str = RELEVANCE
    offset: int = 0
    limit: int = 20
    by_document: bool = False
    facets: Sequence[str] = ()


@dataclass(frozen=True)
class FoundPage:
    """`number` is 0 where only the document's title was found, of a page that was not read.
    `hits`: `(box, text)`, px of the page image of `width` x `height`; `snippet` is HTML."""

    document: Document
    number: int
    score: float | None
    snippet: str
    hits: list[tuple[Box, str]]
    width: int
    height: int


@dataclass(frozen=True)
class FoundDocument:
    """A document and its best pages; `pages_found` of it answer."""

    document: Document
    pages: list[FoundPage]
    pages_found: int


@dataclass(frozen=True)
class SearchResults:
    """`count`: pages, or documents where that was asked for (then about so many, when they are
    many). `warnings` are about the index, `notes` about the question. `also`: near words that were
    looked for too, by the word that was asked for, because few pages have it; `better`: the
    question as it was more likely meant."""

    results: list[FoundPage] | list[FoundDocument]
    count: int
    more: bool
    notes: tuple[Note, ...]
    warnings: list[str]
    complete: bool
    facets: dict[str, list[tuple[str, int]]]
    also: Mapping[str, list[str]] = field(default_factory=dict)
    better: str | None = None


def find(user: User, wanted: Wanted) -> SearchResults:
    """Raises SearchUnavailable."""
    opened = reader().opened()
    scope = scope_of(user, wanted.filters)
    asked = understood(wanted.text)
    question = compiled(asked, scope.names)
    found = _answer(user, opened, scope, question, wanted)
    loosely = bool(question.phrases) and not found.count
    if loosely:
        question = compiled(asked, scope.names, any_form=True)
        found = _answer(user, opened, scope, question, wanted)
        if found.count:
            found = replace(found, notes=(*found.notes, Note("other-forms", wanted.text)))
    in_phrases = question.phrases if not found.count else ()
    if found.count >= spelling.FEW or not (question.words or in_phrases):
        return found
    near = spelling.near(opened, scope, question.words, in_phrases)
    if near.near:
        question = compiled(asked, scope.names, near.near, any_form=loosely)
        found = _answer(user, opened, scope, question, wanted)
    return replace(
        found,
        also={word: [each for each, _ in found] for word, found in near.near.items()},
        better=spelling.said_better(wanted.text, near.better),
    )


def _answer(
    user: User, opened: Opened, scope: Scope, question: Compiled, wanted: Wanted
) -> SearchResults:
    query = scope.within(question.query)
    results: list[FoundPage] | list[FoundDocument]
    if wanted.by_document:
        results, count, more = _documents(user, opened, query, question.matcher, wanted)
    else:
        hits, count = _best(opened, query, wanted.offset + wanted.limit, wanted)
        shown = hits[wanted.offset :]
        results = list(_pages(user, opened, shown, question.matcher, wanted).values())
        more = count > wanted.offset + wanted.limit
        count -= len(shown) - len(results)
    return SearchResults(
        results=results,
        count=count,
        more=more,
        notes=question.notes,
        warnings=opened.warnings,
        complete=opened.complete,
        facets=_facets(opened, query, wanted.facets),
    )


_Hits = list[tuple[Any, tantivy.DocAddress]]


def _best(opened: Opened, query: Query, limit: int, wanted: Wanted) -> tuple[_Hits, int]:
    if wanted.ordering == DATE:
        return opened.search(query, limit, order_by_field="order")
    return opened.search(ranked(query), limit)


def _pages(
    user: User, opened: Opened, hits: _Hits, matcher: Matcher, wanted: Wanted
) -> dict[int, FoundPage]:
    """By their place among `hits`: the pages that are there to be seen at this moment. One that
    is not any more, or says something else, is left out or shown as it is now."""
    addresses = [address for _, address in hits]
    numbers, sources = opened.column("number", addresses), opened.column("source", addresses)
    stored = [opened.entry(address) for address in addresses]
    documents = _visible(user, {document for document, _ in stored})
    now = _sources_now(documents, numbers)
    found: dict[int, FoundPage] = {}
    for at, ((score, _), number, source, (document_id, page)) in enumerate(
        zip(hits, numbers, sources, stored, strict=True)
    ):
        document = documents.get(document_id)
        current = 0 if number == COVER else now.get((document_id, number))
        if document is None or current is None:
            continue
        changed = current != source
        if changed:
            page = _text_now(current)
        marks = matcher.hits(page.text)
        if changed and not marks and not matcher.is_empty:
            continue  # it does not answer any more
        found[at] = FoundPage(
            document=document,
            number=number,
            score=None if wanted.ordering == DATE else round(float(score), 4),
            snippet=snippet(page.text, marks),
            hits=_boxes(page, marks),
            width=page.width,
            height=page.height,
        )
    return found


def _visible(user: User, ids: set[uuid.UUID]) -> dict[uuid.UUID, Document]:
    documents = visible_to(user).filter(id__in=ids, trashed_at=None).select_related("team")
    return {document.id: document for document in documents.order_by()}


def _sources_now(
    documents: Mapping[uuid.UUID, Document], numbers: Sequence[int]
) -> dict[tuple[uuid.UUID, int], int]:
    pages = Page.objects.filter(
        document__in=list(documents), number__in=set(numbers), current_reading__isnull=False
    ).order_by()
    return {
        (document, number): source_of(reading, revision)
        for document, number, reading, revision in pages.values_list(
            "document_id", "number", "current_reading_id", "current_revision_id"
        )
    }


def _text_now(source: int) -> SearchText:
    for texts in index_documents.texts_of([source]):
        if source in texts:
            return texts[source]
    return SearchText("", 0, 0)


def _boxes(page: SearchText, marks: Sequence[Hit]) -> list[tuple[Box, str]]:
    return [piece for mark in marks for piece in page.locate(mark.start, mark.end)]


def _documents(
    user: User, opened: Opened, query: Query, matcher: Matcher, wanted: Wanted
) -> tuple[list[FoundDocument], int, bool]:
    """Each document at the place of its best page."""
    needed, limit = wanted.offset + wanted.limit + 1, GROUPED_AT_ONCE
    while True:
        hits, count = _best(opened, query, limit, wanted)
        numbers = opened.column("document_number", [address for _, address in hits])
        first: dict[int, int] = {}
        for at, number in enumerate(numbers):
            first.setdefault(number, at)
        if len(first) >= needed or len(hits) >= count or limit >= DEEPEST:
            break
        limit *= 4
    total = len(first)
    if len(hits) < count:
        total = max(total, _number_of_documents(opened, query))
    places = list(first.values())[wanted.offset : wanted.offset + wanted.limit]
    ids = [opened.entry(hits[at][1])[0] for at in places]
    shown = _best_pages(user, opened, query, matcher, ids, wanted)
    return shown, total, len(first) >= needed


def _number_of_documents(opened: Opened, query: Query) -> int:
    counted = opened.aggregate(query, {"n": {"cardinality": {"field": "document_number"}}})
    return round(float(counted["n"]["value"]))


def _best_pages(
    user: User,
    opened: Opened,
    query: Query,
    matcher: Matcher,
    ids: list[uuid.UUID],
    wanted: Wanted,
) -> list[FoundDocument]:
    if not ids:
        return []
    of_these = all_of([query, any_document(ids)])
    counts = {
        bucket["key"]: bucket["doc_count"]
        for bucket in opened.aggregate(
            of_these, {"n": {"terms": {"field": "document", "size": len(ids)}}}
        )["n"]["buckets"]
    }
    chosen: _Hits = []
    for each in ids:
        chosen += _best(opened, all_of([query, any_document([each])]), BEST_PAGES, wanted)[0]
    by_document: dict[uuid.UUID, list[FoundPage]] = {}
    for page in _pages(user, opened, chosen, matcher, wanted).values():
        by_document.setdefault(page.document.id, []).append(page)
    return [
        FoundDocument(pages[0].document, pages, int(counts.get(each.hex, len(pages))))
        for each in ids
        if (pages := by_document.get(each))
    ]


def _facets(opened: Opened, query: Query, names: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
    """Of each, its commonest values with how many entries have them."""
    if not names:
        return {}
    wanted = {name: {"terms": {"field": FACETS[name], "size": MOST_VALUES}} for name in names}
    counted = opened.aggregate(query, wanted)
    return {
        name: sorted(
            (
                (_value(name, bucket["key"]), int(bucket["doc_count"]))
                for bucket in counted[name]["buckets"]
            ),
            key=lambda value: (-value[1], value[0]),
        )
        for name in names
    }


def _value(facet: str, key: object) -> str:
    """As the filter of that name takes it."""
    return str(uuid.UUID(str(key))) if facet == "team" else str(key)
