"""The review queue, and the documents that reviewers take from it, put off and give to somebody."""

from __future__ import annotations

import uuid
from typing import Any

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from documents.actions.assign_review import assign_review, find_reviewer
from documents.actions.lease_next_review import lease_next_review
from documents.actions.lease_review import lease_review, release_review
from documents.actions.postpone_review import postpone_review
from documents.api.fields import StrictSerializer
from documents.api.openapi.describe import describe, page_of
from documents.api.openapi.shapes.review import REASONS, ReviewItem
from documents.api.pagination import ListParameters, paginate
from documents.api.search import document_summary
from documents.api.views import ApiView
from documents.exports import links
from documents.models import Document, TokenScope, User
from documents.models.review import NOTE_LENGTH
from documents.review.queue import count_open, documents_of, with_trust
from documents.review.queue_filters import BY_RULE, POSTPONED, TAKEN, WAITING, QueueFilters
from documents.text.timestamps import iso_time

_STATES = {"waiting": WAITING, "postponed": POSTPONED, "taken": TAKEN}
_NAME_LENGTH = 150


class _QueueParameters(StrictSerializer):
    """`reason`: a flag, `confidence` (below the team's limit) or `sample`. `days`: uploaded at
    least so long ago. `assignee`: `me`, `nobody` or a user name. `state`: `waiting` for a reviewer,
    `postponed`, or `taken` by one."""

    team = serializers.UUIDField(required=False)
    tag = serializers.CharField(required=False, max_length=100)
    reason = serializers.ChoiceField(REASONS, required=False)
    days = serializers.IntegerField(required=False, min_value=1, max_value=3650)
    assignee = serializers.CharField(required=False, max_length=_NAME_LENGTH)
    state = serializers.ChoiceField(tuple(_STATES), required=False, default="waiting")


class QueueList(_QueueParameters, ListParameters):
    pass


class NextOfQueue(_QueueParameters):
    """`after`: the document that you come from: those behind it first, and not itself."""

    after = serializers.UUIDField(required=False)


class Postponement(StrictSerializer):
    """`until`: null to have it reviewed now after all."""

    until = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField(
        max_length=NOTE_LENGTH, required=False, allow_blank=True, default=""
    )


class Assignment(StrictSerializer):
    """`person`: a user name; null: whoever comes first."""

    person = serializers.CharField(max_length=_NAME_LENGTH, allow_null=True)


class QueueView(ApiView):
    scopes = {"get": TokenScope.REVIEW}

    @describe("List what waits for review", {200: page_of(ReviewItem, "Review")}, query=QueueList)
    def get(self, request: Request) -> Response:
        """The least trusted first. Of the teams in which you may decide."""
        parameters = QueueList(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        queue = _queue_of(self.user, parameters.validated_data)
        shown = with_trust(queue.select_related("assigned_to", "review_lease_by"))
        answer = paginate(
            request, shown, lambda document: {"row": document},
            parameters=parameters.validated_data, ordering="trust",
        )  # fmt: skip
        documents = [each["row"] for each in answer.data["results"]]
        counts = count_open(documents)
        answer.data["results"] = [review_data(each, counts) for each in documents]
        return answer


class NextView(ApiView):
    scopes = {"post": TokenScope.REVIEW}

    @describe("Take the next document to review", {200: ReviewItem, 204: None}, body=NextOfQueue)
    def post(self, request: Request) -> Response:
        """It is yours for ten minutes from your last work on it. What is assigned to you comes
        first, then the least trusted. 204: nothing waits."""
        given = NextOfQueue(data=request.data)
        given.is_valid(raise_exception=True)
        after = given.validated_data.pop("after", None)
        queue = _queue_of(self.user, given.validated_data)
        document = lease_next_review(queue, actor=self.user, after=after)
        if document is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return _answer(document)


class LeaseView(ApiView):
    scopes = {"put": TokenScope.REVIEW, "delete": TokenScope.REVIEW}

    @describe("Take a document to review, or keep it", {200: ReviewItem}, problems=(409,))
    def put(self, request: Request, document_id: uuid.UUID) -> Response:
        """409 (`being-reviewed`, with `Retry-After`) while somebody else has it."""
        return _answer(lease_review(document_id, actor=self.user))

    @describe("Give a document back", {204: None})
    def delete(self, request: Request, document_id: uuid.UUID) -> Response:
        release_review(document_id, actor=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PostponeView(ApiView):
    scopes = {"post": TokenScope.REVIEW}

    @describe("Put a review off", {200: ReviewItem}, body=Postponement, problems=(409,))
    def post(self, request: Request, document_id: uuid.UUID) -> Response:
        given = Postponement(data=request.data)
        given.is_valid(raise_exception=True)
        return _answer(postpone_review(document_id, actor=self.user, **given.validated_data))


class AssignView(ApiView):
    """For managers; a token needs `admin`."""

    @describe("Give a review to a person", {200: ReviewItem}, body=Assignment, problems=(409,))
    def post(self, request: Request, document_id: uuid.UUID) -> Response:
        given = Assignment(data=request.data)
        given.is_valid(raise_exception=True)
        name = given.validated_data["person"]
        person = find_reviewer(name, actor=self.user) if name else None
        return _answer(assign_review(document_id, person, actor=self.user))


def review_data(document: Document, open_doubts: dict[Any, int]) -> dict[str, Any]:
    holder = document.review_holder
    by_rule = [document.review_reason] if document.review_reason in BY_RULE else []
    person = document.assigned_to
    return {
        "document": document_summary(document),
        "version": document.version,
        "reasons": [*document.flags, *by_rule],
        "confidence": document.confidence,
        "page_count": document.page_count,
        "open_doubts": open_doubts.get(document.id, 0),
        "note": document.review_note,
        "postponed_until": iso_time(document.postponed_until),
        "assigned_to": person.username if person else None,
        "reviewer": holder.username if holder else None,
        "lease_expires_at": iso_time(document.review_lease_expires_at) if holder else None,
        "links": {
            "document": links.document_url(document.id),
            "doubts": links.doubts_url(document.id),
            "lease": links.lease_url(document.id),
        },
    }


def _answer(document: Document) -> Response:
    return Response(review_data(document, count_open([document])))


def _queue_of(user: User, given: dict[str, Any]) -> Any:
    filters = QueueFilters(
        team=given.get("team"),
        tag=given.get("tag", ""),
        reason=given.get("reason", ""),
        days=given.get("days", 0),
        assignee=given.get("assignee", ""),
        state=_STATES[given["state"]],
    )
    return filters.apply(documents_of(user).to_review(), user)
