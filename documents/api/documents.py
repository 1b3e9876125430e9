"""The documents: listed, taken in, shown, changed, and what else may be done to one."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, Protocol

from django.http.response import HttpResponseBase
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import Ability, require
from documents.actions.decide import approve, reject
from documents.actions.edit import edit
from documents.actions.reprocess import reprocess
from documents.actions.restore import take_out_of_trash
from documents.actions.trash import trash
from documents.api.conditional import not_modified, revalidated
from documents.api.filters import DocumentFilters, filtered
from documents.api.pagination import listed
from documents.api.parsers import FileInJSONParser
from documents.api.serializers import Again, DocumentChange, document_data, document_url
from documents.api.uploads import received
from documents.api.views import ApiView
from documents.models import Document, User


class DocumentsView(ApiView):
    parser_classes = (MultiPartParser, FileInJSONParser)

    def get(self, request: Request) -> Response:
        filters = DocumentFilters(data=request.query_params)
        filters.is_valid(raise_exception=True)
        wanted = filters.validated_data
        documents = filtered(self.user, wanted).prefetch_related("tags")
        return listed(
            request,
            documents,
            lambda document: document_data(request, document),
            ordering=wanted["ordering"],
        )

    def post(self, request: Request) -> Response:
        """201 for a new document, 200 with the first one where the team has the bytes already."""
        uploaded = received(request, self.user)
        return Response(
            document_data(request, uploaded.document),
            status=status.HTTP_201_CREATED if uploaded.created else status.HTTP_200_OK,
            headers={"Location": document_url(request, uploaded.document)},
        )


class DocumentView(ApiView):
    def get(self, request: Request, document_id: uuid.UUID) -> HttpResponseBase:
        document = require(self.user, Ability.SEE, document_id)
        etag = f'W/"{document.version}"'
        return not_modified(request, etag) or revalidated(
            Response(document_data(request, document)), etag
        )

    def patch(self, request: Request, document_id: uuid.UUID) -> Response:
        require(self.user, Ability.EDIT, document_id)
        change = DocumentChange(data=request.data)
        change.is_valid(raise_exception=True)
        document = edit(document_id, actor=self.user, **change.validated_data)
        return Response(document_data(request, document))

    def delete(self, request: Request, document_id: uuid.UUID) -> Response:
        require(self.user, Ability.TRASH, document_id)
        trash(document_id, actor=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class _Act(Protocol):
    def __call__(self, document_id: uuid.UUID, *, actor: User | None) -> Document: ...


class _ActionView(ApiView):
    """POST does one thing to the document and shows it."""

    ability: ClassVar[Ability]
    act: ClassVar[_Act]

    def post(self, request: Request, document_id: uuid.UUID) -> Response:
        require(self.user, self.ability, document_id)
        document = type(self).act(document_id, actor=self.user)
        return Response(document_data(request, document))


class ApproveView(_ActionView):
    ability = Ability.DECIDE
    act = staticmethod(approve)


class RejectView(_ActionView):
    ability = Ability.DECIDE
    act = staticmethod(reject)


class RestoreView(_ActionView):
    ability = Ability.TRASH
    act = staticmethod(take_out_of_trash)


class ReprocessView(ApiView):
    def post(self, request: Request, document_id: uuid.UUID) -> Response:
        """202: the document is in the queue; its status tells when it is read."""
        require(self.user, Ability.REPROCESS, document_id)
        again = Again(data=request.data)
        again.is_valid(raise_exception=True)
        wanted: dict[str, Any] = again.validated_data
        document = reprocess(document_id, actor=self.user, **wanted)
        return Response(document_data(request, document), status=status.HTTP_202_ACCEPTED)
