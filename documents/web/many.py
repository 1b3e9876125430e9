"""Changes of many documents, for the scripts of the lists: which documents a list selects, one
change for some of them, the titles that a pattern would give.

The browser asks for the ids of the selection first and sends them in parts: so a selection stays
what it was while it is changed, no request takes long, and a lost connection loses no outcome.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from documents.access import visible_to
from documents.actions.change_many import MOST_DOCUMENTS, Outcome, change_many
from documents.actions.parse_change import PATTERN_LENGTH, parse_change
from documents.actions.retitle import make_title
from documents.errors import ArchiveError, InvalidRequest
from documents.messages import Message
from documents.models import User
from documents.replication.after_commit import leave_sync_to_background
from documents.search.query.document_filters import INBOX
from documents.search.query.selection import select_documents
from documents.text.validation import parse_uuid, validate_text
from documents.web.guard import person
from documents.web.json_answers import answer_json, read_object
from documents.web.list_query import ListQuery

#: Documents of one request: each is a transaction.
MOST_IN_PART = 100
#: Titles that a preview shows, from the beginning of the selection.
MOST_PREVIEWED = 50


@require_safe
@answer_json
def ids_view(request: HttpRequest) -> dict[str, Any]:
    """The ids that a list selects, in its order, at most MOST_DOCUMENTS. Query: the list's own
    filters, `box` and `ordering`."""
    user = person(request)
    query = ListQuery.parse("", request.GET, inbox=request.GET.get("box") == INBOX)
    found = select_documents(user, query.all_filters, query.ordering, most=MOST_DOCUMENTS)
    return {"ids": [str(id_) for id_ in found.ids], "more": found.more}


@require_POST
@answer_json
def change_view(request: HttpRequest) -> dict[str, Any]:
    """POST {"ids": [at most MOST_IN_PART], "change": {...}, "first": number of the first}."""
    given = read_object(request, ("ids", "change", "first"))
    ids = _read_ids(given)
    change = given.get("change")
    if not isinstance(change, dict):
        raise InvalidRequest.for_field("change", Message("This is not an object."))
    parsed = parse_change(change)
    with leave_sync_to_background():
        outcomes = change_many(ids, parsed, actor=person(request), first=_read_first(given))
        return {"outcomes": [_show(outcome) for outcome in outcomes]}


@require_POST
@answer_json
def titles_view(request: HttpRequest) -> dict[str, Any]:
    """POST {"ids": [...], "pattern": "..."}: the titles of the first documents, nothing changed."""
    given = read_object(request, ("ids", "pattern"))
    ids = _read_ids(given)[:MOST_PREVIEWED]
    pattern = given.get("pattern")
    if not isinstance(pattern, str):
        raise InvalidRequest.for_field("pattern", Message("This is not a text."))
    validate_text(pattern, field="pattern", max_length=PATTERN_LENGTH)
    return {"titles": _preview(person(request), ids, pattern)}


def _preview(user: User, ids: list[uuid.UUID], pattern: str) -> list[dict[str, str]]:
    documents = visible_to(user).select_related("team").prefetch_related("tags").in_bulk(ids)
    return [
        {
            "id": str(id_),
            "before": documents[id_].title,
            "after": make_title(documents[id_], pattern, number),
        }
        for number, id_ in enumerate(ids, start=1)
        if id_ in documents
    ]


def _show(outcome: Outcome) -> dict[str, Any]:
    """`error`: why it was refused, in the person's language, else "". `document`: whose it is."""
    error = outcome.error
    return {
        "id": str(outcome.id),
        "changed": outcome.changed,
        "error": "" if error is None else _reason(error),
        "document": str(error.document) if error is not None and error.document else "",
    }


def _reason(error: ArchiveError) -> str:
    said = [text.translated() for texts in error.fields.values() for text in texts]
    return " ".join(said) or error.translated()


def _read_ids(given: dict[str, Any]) -> list[uuid.UUID]:
    texts = given.get("ids")
    if not isinstance(texts, list) or not texts or len(texts) > MOST_IN_PART:
        message = Message("Name 1 to {most} documents.", most=MOST_IN_PART)
        raise InvalidRequest.for_field("ids", message)
    ids = [parse_uuid(text if isinstance(text, str) else None) for text in texts]
    if None in ids:
        raise InvalidRequest.for_field("ids", Message("This is not a UUID."))
    return [id_ for id_ in ids if id_ is not None]


def _read_first(given: dict[str, Any]) -> int:
    first = given.get("first", 1)
    if type(first) is not int or not 1 <= first <= MOST_DOCUMENTS:
        raise InvalidRequest.for_field("first", Message("This is not a number of the selection."))
    return first


urlpatterns = [
    path("documents/ids/", ids_view, name="ids"),
    path("documents/change/", change_view, name="change"),
    path("documents/titles/", titles_view, name="titles"),
]
