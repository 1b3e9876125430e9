"""Pages of documents, arranged by a person: ask for it, and what came of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import teams_of
from documents.actions.arrange import MOST_PAGES, arrange, collate
from documents.actions.do_once import Answer
from documents.actions.upload import TITLE_LENGTH
from documents.api.fields import StrictSerializer
from documents.api.once import IDEMPOTENCY_KEY, answer_once, respond_once
from documents.api.openapi.describe import describe
from documents.api.openapi.shapes.documents import FetchError
from documents.api.openapi.shapes.values import Path, Time
from documents.api.views import ApiView
from documents.api.waiting import PREFER, wait_until_read
from documents.errors import NotFound
from documents.exports import links
from documents.messages import Message
from documents.models import Arrangement, ArrangementStatus, TokenScope, User
from documents.text.arranged import ROTATIONS, ArrangedPage, ArrangedPart
from documents.text.timestamps import iso_time

EDITION, DOCUMENTS = "version", "documents"


class PageWish(StrictSerializer):
    """Page `page` of `document` (by default the one that is named in the address), turned clockwise
    by `rotate` degrees. `split`: a document begins with it, which is called `title`."""

    document = serializers.UUIDField(required=False, allow_null=True, default=None)
    page = serializers.IntegerField(min_value=1, max_value=10_000_000)
    rotate = serializers.ChoiceField(ROTATIONS, required=False, default=0)
    split = serializers.BooleanField(required=False, default=False)
    title = serializers.CharField(
        max_length=TITLE_LENGTH, required=False, allow_blank=True, default=""
    )


class ArrangeWish(StrictSerializer):
    """`result`: a new `version` of the document, or new `documents`; by default a version where all
    pages are its own and none is split off."""

    pages = serializers.ListField(child=PageWish(), min_length=1, max_length=MOST_PAGES)
    result = serializers.ChoiceField((EDITION, DOCUMENTS), required=False, allow_null=True)


class CollateWish(StrictSerializer):
    """`backs`: the document with the other sides of the sheets, by default from the last to the
    first (`reverse`). `uneven`: also where the two have not the same number of pages."""

    backs = serializers.UUIDField()
    reverse = serializers.BooleanField(required=False, default=True)
    uneven = serializers.BooleanField(required=False, default=False)
    title = serializers.CharField(
        max_length=TITLE_LENGTH, required=False, allow_blank=True, default=""
    )


class ArrangementLinks(serializers.Serializer[Any]):
    documents = serializers.ListField(child=Path())

    def get_fields(self) -> Any:
        return {"self": Path(), **super().get_fields()}


class ArrangementShape(serializers.Serializer[Any]):
    """Documents that are made of pages. `parts`: how many are to be; `documents`: the ids of those
    that are there, in their order; one that the team had already is named, too."""

    id = serializers.UUIDField()
    document = serializers.UUIDField()
    result = serializers.ChoiceField((EDITION, DOCUMENTS))
    status = serializers.ChoiceField(ArrangementStatus.choices)
    parts = serializers.IntegerField(min_value=1)
    documents = serializers.ListField(child=serializers.UUIDField())
    error = FetchError(allow_null=True)
    created_at = Time()
    links = ArrangementLinks()


class ArrangeView(ApiView):
    scopes = {"post": TokenScope.WRITE}

    @describe(
        "Arrange pages", {202: ArrangementShape, 200: ArrangementShape}, body=ArrangeWish,
        headers=(IDEMPOTENCY_KEY, PREFER), problems=(409, 422),
    )  # fmt: skip
    def post(self, request: Request, document_id: uuid.UUID) -> Response:
        """Turn pages, leave some out, put them in another order, take others' along, split: a
        background worker makes the files. Pages that were only moved keep their text, corrections
        and answers; turned ones are read again. The documents that the pages are from stay. 200: it
        was over within the `wait` that the client preferred."""
        wish = ArrangeWish(data=request.data)
        wish.is_valid(raise_exception=True)
        given = wish.validated_data["pages"]
        parts = _parts_of(document_id, given)
        own = all(page.document == document_id for part in parts for page in part.pages)
        result = wish.validated_data.get("result") or (
            EDITION if own and len(parts) == 1 else DOCUMENTS
        )
        return _ask(
            request,
            self.user,
            [result, *(part.to_json() for part in parts)],
            lambda: arrange(document_id, parts, as_edition=result == EDITION, actor=self.user),
        )


class CollateView(ApiView):
    scopes = {"post": TokenScope.WRITE}

    @describe(
        "Collate fronts and backs", {202: ArrangementShape, 200: ArrangementShape},
        body=CollateWish, headers=(IDEMPOTENCY_KEY, PREFER), problems=(409, 422),
    )  # fmt: skip
    def post(self, request: Request, document_id: uuid.UUID) -> Response:
        """One document of two scans: this one has the front sides of the sheets. Both stay. 400
        where they have not the same number of pages, unless `uneven` says that it is meant."""
        wish = CollateWish(data=request.data)
        wish.is_valid(raise_exception=True)
        values = dict(wish.validated_data)
        return _ask(
            request,
            self.user,
            [sorted((name, str(value)) for name, value in values.items())],
            lambda: collate(document_id, values.pop("backs"), actor=self.user, **values),
        )


class ArrangementView(ApiView):
    """For whoever asked for it, with the scope with which they did."""

    scopes = {"get": TokenScope.WRITE}

    @describe("Show what came of an arrangement", {200: ArrangementShape}, headers=(PREFER,))
    def get(self, request: Request, arrangement_id: uuid.UUID) -> Response:
        found = find_arrangement(self.user, arrangement_id)
        response = Response(arrangement_data(found))
        return wait_until_read(request, response, unfinished=found.is_unfinished)


def find_arrangement(user: User, arrangement_id: uuid.UUID) -> Arrangement:
    """One of the user's own, in a team that they still see. Raises NotFound."""
    own = Arrangement.objects.filter(user=user, team__in=teams_of(user))
    found = own.filter(id=arrangement_id).first()
    if found is None:
        message = Message("There is no arrangement {arrangement} here.", arrangement=arrangement_id)
        raise NotFound(message)
    return found


def arrangement_data(arrangement: Arrangement) -> dict[str, Any]:
    made = [uuid.UUID(each) for each in arrangement.made]
    return {
        "id": str(arrangement.id),
        "document": str(arrangement.document_id),
        "result": EDITION if arrangement.as_edition else DOCUMENTS,
        "status": arrangement.status,
        "parts": len(arrangement.plan),
        "documents": arrangement.made,
        "error": (
            {"code": arrangement.error_code, "detail": arrangement.error_text.translated()}
            if arrangement.error_code
            else None
        ),
        "created_at": iso_time(arrangement.created_at),
        "links": {
            "self": links.arrangement_url(arrangement.id),
            "documents": [links.document_url(each) for each in made],
        },
    }


def _parts_of(document_id: uuid.UUID, pages: Sequence[dict[str, Any]]) -> list[ArrangedPart]:
    groups: list[tuple[str, list[ArrangedPage]]] = []
    for wish in pages:
        if not groups or wish["split"]:
            groups.append((wish["title"], []))
        page = ArrangedPage(wish["document"] or document_id, wish["page"], wish["rotate"])
        groups[-1][1].append(page)
    return [ArrangedPart(tuple(group), title) for title, group in groups]


def _ask(request: Request, user: User, asked: list[Any], ask: Any) -> Response:
    def work() -> Answer:
        data = arrangement_data(ask())
        return Answer(status.HTTP_202_ACCEPTED, data, data["links"]["self"])

    answer = answer_once(request, user, asked, work)
    unfinished = answer.body["status"] == ArrangementStatus.WAITING
    return wait_until_read(
        request, respond_once(answer), unfinished=unfinished, path=answer.location
    )
