"""What the review desk's script sends: answers, marks, decisions. Each is one action."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.http import HttpRequest
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from documents import access
from documents.access import Ability
from documents.actions.answer_doubt import answer_doubt
from documents.actions.assign_review import assign_review
from documents.actions.check_page import check_page
from documents.actions.correct import correct
from documents.actions.decide import approve, reject
from documents.actions.postpone_review import postpone_review
from documents.actions.undo_answer import undo_answer
from documents.errors import InvalidRequest
from documents.messages import Message
from documents.models import Page, User
from documents.review.edits import AddBlock
from documents.text.validation import parse_uuid
from documents.web.guard import person
from documents.web.json_answers import answer_json, read_object
from documents.web.review_data import describe_page

#: Documents that are assigned at once.
_MOST_ASSIGNED = 100


@require_POST
@answer_json
def answer_view(request: HttpRequest, document_id: uuid.UUID) -> dict[str, Any]:
    """POST {"page": number, "doubt": id, "answer": right | first | second | text, "text"}."""
    given = read_object(request, ("page", "doubt", "answer", "text"))
    page = answer_doubt(
        document_id,
        _number(given),
        _text(given, "doubt"),
        _text(given, "answer"),
        text=_text(given, "text"),
        actor=person(request),
    )
    return _state(page)


@require_POST
@answer_json
def undo_view(request: HttpRequest, document_id: uuid.UUID) -> dict[str, Any]:
    """POST {"page": number, "doubt": id}."""
    given = read_object(request, ("page", "doubt"))
    page = undo_answer(document_id, _number(given), _text(given, "doubt"), actor=person(request))
    return _state(page)


@require_POST
@answer_json
def check_view(request: HttpRequest, document_id: uuid.UUID) -> dict[str, Any]:
    """POST {"page": number, "checked": bool}."""
    given = read_object(request, ("page", "checked"))
    checked = given.get("checked") is not False
    page = check_page(document_id, _number(given), actor=person(request), checked=checked)
    return _state(page)


@require_POST
@answer_json
def type_view(request: HttpRequest, document_id: uuid.UUID) -> dict[str, Any]:
    """POST {"page", "text", "revision", "width", "height": of the page image, px}: the text of a
    page on which nothing was read."""
    given = read_object(request, ("page", "text", "revision", "width", "height"))
    size = (_whole(given, "width"), _whole(given, "height"))
    block = AddBlock((0.0, 0.0, float(size[0]), float(size[1])), "text", _text(given, "text"))
    user = person(request)
    page = correct(
        document_id,
        _number(given),
        {},
        edits=[block],
        size=size,
        revision=_whole(given, "revision"),
        actor=user,
    )
    check_page(document_id, page.number, actor=user)
    document = access.require(user, Ability.SEE, document_id)
    page = document.pages.with_text().get_numbered(document, page.number)
    return {"page": describe_page(document, page)}


@require_POST
@answer_json
def decide_view(request: HttpRequest, document_id: uuid.UUID) -> dict[str, Any]:
    """POST {"verdict": approve | reject, "reason", "version": that the person saw}."""
    given = read_object(request, ("verdict", "reason", "version"))
    verdict = _text(given, "verdict")
    seen = _whole(given, "version") if given.get("version") is not None else None
    user = person(request)
    if verdict == "approve":
        document = approve(document_id, actor=user, version=seen)
    elif verdict == "reject":
        reason = _text(given, "reason")
        document = reject(document_id, actor=user, version=seen, reason=reason)
    else:
        message = Message(
            "{field} is one of {choices}.", field="verdict", choices="approve, reject"
        )
        raise InvalidRequest.for_field("verdict", message)
    return {"version": document.version}


@require_POST
@answer_json
def postpone_view(request: HttpRequest, document_id: uuid.UUID) -> dict[str, Any]:
    """POST {"until": time (ISO 8601; without a zone the person's) or "", "note"}."""
    given = read_object(request, ("until", "note"))
    until = _text(given, "until")
    when = _time(until) if until else None
    postpone_review(document_id, until=when, note=_text(given, "note"), actor=person(request))
    return {}


@require_POST
@answer_json
def assign_view(request: HttpRequest) -> dict[str, Any]:
    """POST {"ids": [...], "person": user name, "" for nobody}."""
    given = read_object(request, ("ids", "person"))
    ids = given.get("ids")
    parsed = [parse_uuid(str(each)) for each in ids] if isinstance(ids, list) else []
    if not parsed or None in parsed or len(parsed) > _MOST_ASSIGNED:
        message = Message("Name 1 to {most} documents.", most=_MOST_ASSIGNED)
        raise InvalidRequest.for_field("ids", message)
    name = _text(given, "person")
    to = User.objects.filter(username=name, is_active=True).first() if name else None
    if name and to is None:
        message = Message("There is no person “{name}” here.", name=name)
        raise InvalidRequest.for_field("person", message)
    for each in parsed:
        assert each is not None
        assign_review(each, to, actor=person(request))
    return {"assigned": len(parsed)}


def _state(page: Page) -> dict[str, Any]:
    return {
        "revision": page.revision,
        "open": page.open_doubts,
        "checked": page.checked_at is not None,
    }


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str):
        raise InvalidRequest.for_field(name, Message("This is not a text."))
    return value


def _whole(given: dict[str, Any], name: str) -> int:
    value = given.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
        raise InvalidRequest.for_field(name, Message("This is not a whole number."))
    return value


def _number(given: dict[str, Any]) -> int:
    return _whole(given, "page")


def _time(value: str) -> datetime.datetime:
    try:
        parsed = parse_datetime(value)
    except ValueError:
        parsed = None
    if parsed is None:
        raise InvalidRequest.for_field("until", Message("This is not a time."))
    return parsed if timezone.is_aware(parsed) else timezone.make_aware(parsed)


urlpatterns = [
    path("review/assign/", assign_view, name="review-assign"),
    path("review/<uuid:document_id>/answer/", answer_view, name="review-answer"),
    path("review/<uuid:document_id>/undo/", undo_view, name="review-undo"),
    path("review/<uuid:document_id>/check/", check_view, name="review-check"),
    path("review/<uuid:document_id>/type/", type_view, name="review-type"),
    path("review/<uuid:document_id>/decide/", decide_view, name="review-decide"),
    path("review/<uuid:document_id>/postpone/", postpone_view, name="review-postpone"),
]
