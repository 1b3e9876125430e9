"""Record the new pages that saved searches find."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator, Sequence

import structlog
from django.db import IntegrityError, transaction

from documents import events
from documents.models import Document, Page, SavedSearch, SavedSearchMatch
from documents.models.event import EventKind
from documents.search.index.encoding import COVER, encode_document
from documents.search.index.index_reader import IndexSnapshot, open_index
from documents.search.query.access_filter import build_scope, build_team_scope
from documents.search.query.compiler import compile_query
from documents.search.query.parser import parse_query
from documents.search.query.tantivy_queries import all_of, any_document

log = structlog.get_logger(__name__)

#: Found pages of one search that are processed together.
PAGE_BATCH = 5000

_Pages = set[tuple[uuid.UUID, int]]


def record_search_matches(documents: Sequence[uuid.UUID]) -> None:
    """Write an event for each page of `documents` that a saved search finds and that was read or
    corrected since the search was saved. Each page is recorded once, by whichever machine is first.

    Called when the index has the pages. Raises SearchUnavailable.
    """
    searches = list(SavedSearch.objects.filter(is_view=False).select_related("owner", "team"))
    if not searches:
        return
    snapshot = open_index()
    for search in searches:
        try:
            _record_new(snapshot, search, documents)
        except (ValueError, TypeError, KeyError):
            # A search that another version saved: the others are still evaluated.
            log.exception("saved_search_failed", search=str(search.id))


def _record_new(
    snapshot: IndexSnapshot, search: SavedSearch, documents: Sequence[uuid.UUID]
) -> None:
    for found in _find_pages(snapshot, search, documents):
        unrecorded = found - _find_recorded(search, found)
        if unrecorded:
            for document_id, number in sorted(
                unrecorded & _filter_new(unrecorded, search.created_at)
            ):
                _record(search, document_id, number)


def _find_pages(
    snapshot: IndexSnapshot, search: SavedSearch, documents: Sequence[uuid.UUID]
) -> Iterator[_Pages]:
    """Yield the pages of these documents that match, in batches."""
    if search.team is not None:
        scope = build_team_scope(search.team, search.filters)
    else:
        scope = build_scope(search.owner, search.filters)
    query = compile_query(parse_query(search.text), scope.names).query
    among = all_of([scope.restrict(query), any_document(documents)])
    by_number = {encode_document(each): each for each in documents}
    offset = 0
    while hits := snapshot.search(among, PAGE_BATCH, count=False, offset=offset)[0]:
        addresses = [address for _, address in hits]
        of = snapshot.read_column("document_number", addresses)
        yield {
            (by_number[document], number)
            for document, number in zip(of, snapshot.read_column("number", addresses), strict=True)
        }
        offset += len(hits)


def _find_recorded(search: SavedSearch, found: _Pages) -> _Pages:
    """Those that are recorded already: most, while a document is read page by page."""
    recorded = search.matches.filter(document__in={document for document, _ in found})
    return set(recorded.values_list("document_id", "page"))


def _filter_new(found: _Pages, since: datetime.datetime) -> _Pages:
    """Those whose text is newer than the search; of an unread document, its cover."""
    ids = {document for document, _ in found}
    new = {
        (document, number)
        for document, number, read, corrected in Page.objects.filter(
            document__in=ids, number__in={number for _, number in found}
        ).values_list(
            "document_id",
            "number",
            "current_reading__created_at",
            "current_revision__created_at",
        )
        if (corrected or read or since) > since
    }
    young = Document.objects.filter(id__in=ids, created_at__gt=since)
    return new | {(document, COVER) for document in young.values_list("id", flat=True)}


def _record(search: SavedSearch, document_id: uuid.UUID, number: int) -> None:
    try:
        with transaction.atomic():
            document = Document.objects.get(id=document_id)
            _, first = SavedSearchMatch.objects.get_or_create(
                search=search, document=document, page=number
            )
            if first:
                events.record(
                    EventKind.MATCHED, document, search=str(search.id), page=number or None
                )
    except (Document.DoesNotExist, IntegrityError):
        return  # the document or the search was deleted meanwhile
