"""The review desk: the queue, and one document after the other by its doubts."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from documents import access
from documents.access import Ability
from documents.actions.lease_next_review import lease_next_review
from documents.actions.lease_review import lease_review, release_review
from documents.models import Document, User
from documents.review.queue import find_free
from documents.text.validation import parse_uuid
from documents.web.guard import for_people, person
from documents.web.json_answers import answer_json, read_object
from documents.web.review_data import describe_document, describe_page
from documents.web.review_queue import (
    ASSIGNEES,
    STATES,
    build_queue_page,
    query_of,
    queue_of,
    read_filters,
)
from documents.web.review_texts import desk_texts, queue_choices

_FILTERS = ("team", "tag", "reason", "days", "assignee", "state")


@for_people
@require_safe
def queue_view(request: HttpRequest) -> HttpResponseBase:
    page = build_queue_page(request, person(request))
    context = {
        "page": page,
        "choices": queue_choices(),
        "assignees": ASSIGNEES,
        "states": STATES,
        "texts": desk_texts(),
        "setup": {"next": reverse("web:review-next"), "assign": reverse("web:review-assign")},
    }
    return render(request, "web/review/queue.html", context)


@for_people
@require_safe
def desk_view(request: HttpRequest, document_id: uuid.UUID) -> HttpResponseBase:
    """The desk with this document; the script leases it. The query has the queue's filters."""
    user = person(request)
    document = access.require(user, Ability.SEE, document_id)
    filters = query_of(read_filters(request.GET))
    context = {
        "title": document.title,
        "texts": desk_texts(),
        "setup": {
            "user": user.pk,
            "document": _describe(document, user),
            "filters": filters,
            "next": reverse("web:review-next"),
            "queue": f"{reverse('web:review')}?{filters}".rstrip("?"),
        },
    }
    return render(request, "web/review/desk.html", context)


@require_POST
@answer_json
def next_view(request: HttpRequest) -> dict[str, Any]:
    """POST {filters, "after": id of the document the person comes from, "lease": false to look
    ahead only}: the next document, {} where there is none."""
    user = person(request)
    given = read_object(request, (*_FILTERS, "after", "lease"))
    filters = read_filters({name: given.get(name, "") for name in _FILTERS})
    queue = queue_of(user, filters)
    after = parse_uuid(str(given.get("after") or ""))
    if given.get("lease") is False:
        document = find_free(queue, user, after)
    else:
        document = lease_next_review(queue, actor=user, after=after)
    return {"document": _describe(document, user)} if document else {}


@require_safe
@answer_json
def page_view(request: HttpRequest, document_id: uuid.UUID, number: int) -> dict[str, Any]:
    """A page and its doubts."""
    document = access.require(person(request), Ability.SEE, document_id)
    page = document.pages.with_text().get_numbered(document, number)
    return {"page": describe_page(document, page)}


@require_POST
@answer_json
def lease_view(request: HttpRequest, document_id: uuid.UUID) -> dict[str, Any]:
    user = person(request)
    return {"document": _describe(lease_review(document_id, actor=user), user)}


@require_POST
@answer_json
def release_view(request: HttpRequest, document_id: uuid.UUID) -> dict[str, Any]:
    release_review(document_id, actor=person(request))
    return {}


def _describe(document: Document, user: User) -> dict[str, Any]:
    """With the page at which the review goes on."""
    facts = describe_document(document, user)
    number = first_unchecked(facts["pages"])
    facts["first"] = None
    if number:
        page = document.pages.with_text().get_numbered(document, number)
        facts["first"] = describe_page(document, page)
    return facts


def first_unchecked(pages: list[list[Any]]) -> int:
    """The number of the first page that wants a look: it has open doubts or was not read, and
    nobody has checked it. Else of the first page; 0 where there is none."""
    waiting = (
        number for number, doubts, checked, read in pages if not checked and wants(doubts, read)
    )
    return next(waiting, pages[0][0] if pages else 0)


def wants(doubts: int | None, read: bool) -> bool:
    return not read or doubts is None or doubts > 0


urlpatterns = [
    path("review/", queue_view, name="review"),
    path("review/next/", next_view, name="review-next"),
    path("review/<uuid:document_id>/", desk_view, name="review-desk"),
    path("review/<uuid:document_id>/lease/", lease_view, name="review-lease"),
    path("review/<uuid:document_id>/release/", release_view, name="review-release"),
    path("review/<uuid:document_id>/pages/<int:number>/", page_view, name="review-page"),
]
