"""The group pass: one doubtful word in many documents, answered at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from documents.actions.answer_doubt import answer_doubt
from documents.errors import Conflict, InvalidRequest, NotAllowed, NotFound
from documents.messages import Message
from documents.models.doubt import LONGEST_TOKEN
from documents.replication.after_commit import leave_sync_to_background
from documents.review.groups import MOST_PLACES, find_groups, find_places
from documents.text.validation import parse_uuid
from documents.web.guard import for_people, person
from documents.web.json_answers import answer_json, read_object
from documents.web.review_data import describe_place
from documents.web.review_queue import query_of, queue_of, read_filters
from documents.web.review_texts import desk_texts


class GroupForm(forms.Form):
    """`second`: whether there is a second reading, `other`, which may be empty."""

    text = forms.CharField(max_length=LONGEST_TOKEN, strip=False)
    other = forms.CharField(max_length=LONGEST_TOKEN, strip=False, required=False)
    second = forms.BooleanField(required=False)


@for_people
@require_safe
def group_view(request: HttpRequest) -> HttpResponseBase:
    user = person(request)
    filters = read_filters(request.GET)
    groups = find_groups(queue_of(user, filters))
    query = query_of(filters)
    context = {
        "groups": groups,
        "texts": desk_texts(),
        "queue": f"{reverse('web:review')}?{query}".rstrip("?"),
        "setup": {
            "places": f"{reverse('web:review-group-places')}?{query}",
            "answer": reverse("web:review-group-answer"),
            "groups": [
                {"text": each.text, "other": each.other, "places": each.places} for each in groups
            ],
        },
    }
    return render(request, "web/review/group.html", context)


@require_safe
@answer_json
def places_view(request: HttpRequest) -> dict[str, Any]:
    """Query: text, other, second, and the queue's filters."""
    form = GroupForm(request.GET)
    if not form.is_valid():
        raise InvalidRequest.for_field("text", Message("This is not a text."))
    other = form.cleaned_data["other"] if form.cleaned_data["second"] else None
    queue = queue_of(person(request), read_filters(request.GET))
    rows = find_places(queue, form.cleaned_data["text"], other)
    return {"places": [place for row in rows if (place := describe_place(row)) is not None]}


@require_POST
@answer_json
def answer_view(request: HttpRequest) -> dict[str, Any]:
    """POST {"answer", "text", "places": [[document, page, doubt]]}: how many were saved. Those
    that somebody else has changed meanwhile are left as they are."""
    given = read_object(request, ("answer", "text", "places"))
    saved = 0
    # The copies follow in the background: a request can't wait for that many.
    with leave_sync_to_background():
        for place in _read_places(given.get("places")):
            document_id = parse_uuid(str(place[0]))
            if document_id is None:
                continue
            try:
                answer_doubt(
                    document_id,
                    place[1],
                    place[2],
                    str(given.get("answer")),
                    text=str(given.get("text") or ""),
                    actor=person(request),
                )
            except (Conflict, NotAllowed, NotFound):
                continue
            saved += 1
    return {"saved": saved}


def _read_places(given: Any) -> list[tuple[Any, int, str]]:
    places = given if isinstance(given, list) else []
    good = [
        (each[0], each[1], each[2])
        for each in places
        if isinstance(each, list)
        and len(each) == 3
        and isinstance(each[1], int)
        and 0 < each[1] < 2**31
        and isinstance(each[2], str)
    ]
    if not good or len(good) != len(places) or len(good) > MOST_PLACES:
        message = Message("Name 1 to {most} places.", most=MOST_PLACES)
        raise InvalidRequest.for_field("places", message)
    return good


urlpatterns = [
    path("review/group/", group_view, name="review-group"),
    path("review/group/places/", places_view, name="review-group-places"),
    path("review/group/answer/", answer_view, name="review-group-answer"),
]
