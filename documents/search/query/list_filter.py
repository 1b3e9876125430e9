"""The documents' lists, searched: those of which a page, the title or the file name answers."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet
from tantivy import Query

from documents.errors import SearchUnavailable
from documents.models import Document, User
from documents.search.index.reader import Opened, reader
from documents.search.query.access_filter import scope_of
from documents.search.query.compile import compiled
from documents.search.query.parser import understood
from documents.search.query.title_search import titled

#: Documents that a list shows of those that answer, those with the most pages that do.
MOST = 10_000


def documents_found(user: User, documents: QuerySet[Document], text: str) -> QuerySet[Document]:
    """Those of `documents` that answer `text`. What lies in the trash is found by its title and
    file name only, and so is everything while there is no whole index."""
    if not text.strip():
        return documents
    ids = _ids(user, text)
    if ids is None:
        return titled(documents, text)
    trashed = titled(Document.objects.exclude(trashed_at=None), text).values("id")
    return documents.filter(Q(id__in=ids) | Q(id__in=trashed))


def _ids(user: User, text: str) -> list[uuid.UUID] | None:
    try:
        opened = reader().opened()
        if not opened.complete:
            return None
        scope = scope_of(user)
        asked = understood(text)
        question = compiled(asked, scope.names)
        found = _documents(opened, scope.within(question.query))
        if question.phrases and not found:
            question = compiled(asked, scope.names, any_form=True)
            found = _documents(opened, scope.within(question.query))
    except SearchUnavailable:
        return None
    return found


def _documents(opened: Opened, query: Query) -> list[uuid.UUID]:
    found = opened.aggregate(query, {"ids": {"terms": {"field": "document", "size": MOST}}})
    return [uuid.UUID(bucket["key"]) for bucket in found["ids"]["buckets"]]
