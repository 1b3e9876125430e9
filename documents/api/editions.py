"""The versions of a document (editions, in the code), a new one, and how two differ."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from documents.access import Ability, editions_visible_to, other_edition, require
from documents.actions.make_newest import make_newest
from documents.api.document_data import document_data, document_url
from documents.api.fields import StrictSerializer
from documents.api.once import IDEMPOTENCY_KEY, respond_once
from documents.api.openapi.describe import describe, page_of
from documents.api.openapi.shapes.documents import DocumentShape, FetchShape
from documents.api.openapi.shapes.values import Path
from documents.api.pagination import ListParameters, paginate
from documents.api.parsers import JSONUploadParser
from documents.api.serializers import EditionForm, JSONEdition, URLEdition
from documents.api.uploads import receive_edition
from documents.api.views import ApiView
from documents.exports.edition_differences import Differences, PageDifference, compare_editions
from documents.models import Document, TokenScope

MOST_PAGES = 100
JSON_EDITIONS = PolymorphicProxySerializer(
    component_name="JSONEditions",
    serializers=[JSONEdition, URLEdition],
    resource_type_field_name=None,
)


class DifferencesQuery(StrictSerializer):
    """`offset` counts pairs of pages."""

    offset = serializers.IntegerField(min_value=0, max_value=10**6, required=False, default=0)
    limit = serializers.IntegerField(
        min_value=1, max_value=MOST_PAGES, required=False, default=MOST_PAGES // 2
    )

    def get_fields(self) -> Any:
        other = serializers.UUIDField(
            required=False, help_text="The other version; without it the one before."
        )
        return {"with": other, **super().get_fields()}


class ComparedEdition(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    edition = serializers.IntegerField(min_value=1)
    link = Path()


class DifferencePiece(serializers.Serializer[Any]):
    """A run of words, with the white space behind it: `same` in both, `gone` from the old text,
    `new` in the new one."""

    kind = serializers.ChoiceField(("same", "gone", "new"))
    text = serializers.CharField()


class ComparedPages(serializers.Serializer[Any]):
    """`old` and `new`: numbers of two pages that belong together; null where there is no such
    page. `changes`: places where they differ."""

    old = serializers.IntegerField(allow_null=True, min_value=1)
    new = serializers.IntegerField(allow_null=True, min_value=1)
    changes = serializers.IntegerField(min_value=0)
    pieces = DifferencePiece(many=True)


class DifferencesShape(serializers.Serializer[Any]):
    """`count`: pairs of pages in all; `next`: where the following ones are."""

    old = ComparedEdition()
    new = ComparedEdition()
    count = serializers.IntegerField(min_value=0)
    pages = ComparedPages(many=True)
    next = Path(allow_null=True)


class EditionsView(ApiView):
    scopes = {"post": TokenScope.WRITE}
    parser_classes = (MultiPartParser, JSONUploadParser)

    @describe("List the versions of a document", {200: page_of(DocumentShape, "Edition")},
              query=ListParameters)  # fmt: skip
    def get(self, request: Request, document_id: uuid.UUID) -> Response:
        """The newest first, from whichever of them is named. Each is a document of its own, with
        its original, pages and results; lists and search have the newest only."""
        parameters = ListParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        return paginate(
            request,
            editions_visible_to(self.user, document_id).prefetch_related("tags"),
            document_data,
            parameters=parameters.validated_data,
            ordering="-edition",
        )

    @describe(
        "Upload a new version", {201: DocumentShape, 200: DocumentShape, 202: FetchShape},
        body={"multipart/form-data": EditionForm, "application/json": JSON_EDITIONS},
        headers=(IDEMPOTENCY_KEY,), problems=(409, 422, 507),
    )  # fmt: skip
    def post(self, request: Request, document_id: uuid.UUID) -> Response:
        """201: a new document, which takes the place of this one. 200: it came before. 202: it is
        fetched from the `source_url`."""
        return respond_once(receive_edition(request, self.user, document_id))


class MakeNewestView(ApiView):
    scopes = {"post": TokenScope.WRITE}

    @describe("Make an older version the newest", {200: DocumentShape}, problems=(409,))
    def post(self, request: Request, document_id: uuid.UUID) -> Response:
        """It keeps its id, file, text and review, and gets the next number and the title and tags
        of the version that is the newest now. Is it the newest already, nothing changes."""
        return Response(document_data(make_newest(document_id, actor=self.user)))


class DifferencesView(ApiView):
    @describe("Compare the texts of two versions", {200: DifferencesShape}, query=DifferencesQuery,
              problems=(409,))  # fmt: skip
    def get(self, request: Request, document_id: uuid.UUID) -> Response:
        """The older one is `old`, whichever of the two is named first."""
        query = DifferencesQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        values = query.validated_data
        document = require(self.user, Ability.SEE, document_id)
        other = other_edition(self.user, document, values.get("with"))
        old, new = sorted((document, other), key=lambda each: each.edition)
        found = compare_editions(old, new, values["offset"], values["limit"])
        end = values["offset"] + len(found.pages)
        following = replace_query_param(request.get_full_path(), "offset", end)
        return Response(_differences_data(found, following if end < found.count else None))


def _differences_data(found: Differences, following: str | None) -> dict[str, Any]:
    return {
        "old": _edition_data(found.old),
        "new": _edition_data(found.new),
        "count": found.count,
        "pages": [_pages_data(each) for each in found.pages],
        "next": following,
    }


def _edition_data(document: Document) -> dict[str, Any]:
    return {"id": str(document.id), "edition": document.edition, "link": document_url(document)}


def _pages_data(each: PageDifference) -> dict[str, Any]:
    pieces = [{"kind": piece.kind, "text": piece.text} for piece in each.pieces]
    return {"old": each.old, "new": each.new, "changes": each.changes, "pieces": pieces}
