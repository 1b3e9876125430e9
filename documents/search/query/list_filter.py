"""Filter lists of documents by a query: by their pages, titles and file names."""

from __future__ import annotations

import uuid
from typing import TypeVar

from django.db.models import Q, QuerySet
from tantivy import Query

from documents.errors import SearchUnavailable
from documents.models import Document, User
from documents.search.index.index_reader import IndexSnapshot, open_index
from documents.search.query.access_filter import build_scope
from documents.search.query.compiler import compile_query
from documents.search.query.parser import parse_query
from documents.search.query.title_search import filter_by_title

_Documents = TypeVar("_Documents", bound=QuerySet[Document])

#: Documents in a filtered list: those with the most matching pages.
MAX_DOCUMENTS = 10_000


def filter_by_query(user: User, documents: _Documents, text: str) -> _Documents:
    """Keep documents that match `text`. Documents in the trash are matched by title and file name
    only, and so are all others while the index is incomplete."""
    if not text.strip():
        return documents
    ids = _find_document_ids(user, text)
    if ids is None:
        return filter_by_title(documents, text)
    trashed = filter_by_title(Document.objects.trashed(), text).values("id")
    return documents.filter(Q(id__in=ids) | Q(id__in=trashed))


def _find_document_ids(user: User, text: str) -> list[uuid.UUID] | None:
    """None if the index cannot answer completely."""
    try:
        snapshot = open_index()
        if not snapshot.complete:
            return None
        scope = build_scope(user)
        parsed = parse_query(text)
        compiled = compile_query(parsed, scope.names)
        found = _list_documents(snapshot, scope.restrict(compiled.query))
        if compiled.phrases and not found:
            compiled = compile_query(parsed, scope.names, any_form=True)
            found = _list_documents(snapshot, scope.restrict(compiled.query))
    except SearchUnavailable:
        return None
    return found


def _list_documents(snapshot: IndexSnapshot, query: Query) -> list[uuid.UUID]:
    terms = {"terms": {"field": "document", "size": MAX_DOCUMENTS}}
    found = snapshot.aggregate(query, {"ids": terms})
    return [uuid.UUID(bucket["key"]) for bucket in found["ids"]["buckets"]]
