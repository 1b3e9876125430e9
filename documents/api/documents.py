"""Documents: list, upload, show, change, and the actions on one document."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import ClassVar

from django.http.response import HttpResponseBase
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import Ability, require
from documents.actions.decide import approve, reject
from documents.actions.edit import edit
from documents.actions.reprocess import reprocess
from documents.actions.trash import trash
from documents.actions.unlock import unlock
from documents.actions.untrash import untrash
from documents.api.conditional import IF_NONE_MATCH, respond_with_etag
from documents.api.document_data import SHOWN_COLUMNS, document_data
from documents.api.filters import DocumentFilters, filter_documents
from documents.api.once import IDEMPOTENCY_KEY, respond_once
from documents.api.openapi.describe import describe, page_of
from documents.api.openapi.shapes.documents import DocumentShape, FetchShape, UploadedFiles
from documents.api.pagination import paginate
from documents.api.parsers import JSONUploadParser
from documents.api.serializers import (
    Decision,
    DocumentChange,
    FilePassword,
    FormUpload,
    JSONUpload,
    Rejection,
    ReprocessOptions,
    URLUpload,
)
from documents.api.uploads import receive_many, receive_upload
from documents.api.views import ApiView
from documents.api.waiting import PREFER, wait_until_read
from documents.models import Document, FetchStatus, TokenScope, load_tag_names
from documents.models.recognition import UNFINISHED

JSON_UPLOADS = PolymorphicProxySerializer(
    component_name="JSONUploads",
    serializers=[JSONUpload, URLUpload],
    resource_type_field_name=None,
)


class DocumentsView(ApiView):
    scopes = {"post": TokenScope.WRITE}
    parser_classes = (MultiPartParser, JSONUploadParser)

    @describe("List documents", {200: page_of(DocumentShape, "Document")}, query=DocumentFilters)
    def get(self, request: Request) -> Response:
        filters = DocumentFilters(data=request.query_params)
        filters.is_valid(raise_exception=True)
        tags: dict[uuid.UUID, list[str]] = {}
        return paginate(
            request,
            filter_documents(self.user, filters.validated_data).only(*SHOWN_COLUMNS),
            lambda document: document_data(document, tags.get(document.id, [])),
            parameters=filters.validated_data,
            ordering=filters.validated_data["ordering"],
            prepare=lambda page: tags.update(load_tag_names(page)),
        )

    @describe(
        "Upload a file",
        {201: DocumentShape, 200: DocumentShape, 202: FetchShape},
        body={"multipart/form-data": FormUpload, "application/json": JSON_UPLOADS},
        headers=(IDEMPOTENCY_KEY, PREFER),
        problems=(404, 409, 422, 507),
    )
    def post(self, request: Request) -> Response:
        """201 for a new document; 200 with the existing one if the team has the same file; 202
        where it names an address, from which a background worker fetches the file."""
        answer = receive_upload(request, self.user)
        response = respond_once(answer)
        unfinished = answer.body["status"] in (*UNFINISHED, FetchStatus.WAITING)
        return wait_until_read(request, response, unfinished=unfinished, path=answer.location)


class BatchView(ApiView):
    """Many files in one form, all with the same fields; an answer for each."""

    scopes = {"post": TokenScope.WRITE}
    parser_classes = (MultiPartParser,)

    @describe(
        "Upload many files",
        {200: UploadedFiles},
        body={"multipart/form-data": FormUpload},
        headers=(IDEMPOTENCY_KEY,),
        problems=(404, 409, 422, 507),
    )
    def post(self, request: Request) -> Response:
        """The field `file` is repeated. A file that is refused keeps none of the others back."""
        return respond_once(receive_many(request, self.user))


class DocumentView(ApiView):
    scopes = {"patch": TokenScope.WRITE, "delete": TokenScope.WRITE}

    @describe("Show a document", {200: DocumentShape, 304: None}, headers=(IF_NONE_MATCH, PREFER))
    def get(self, request: Request, document_id: uuid.UUID) -> HttpResponseBase:
        document = require(self.user, Ability.SEE, document_id)
        response = respond_with_etag(
            request, f'W/"{document.version}"', lambda: document_data(document)
        )
        return wait_until_read(request, response, unfinished=document.is_unfinished)

    @describe(
        "Change the title, language, tags or priority", {200: DocumentShape}, body=DocumentChange,
        problems=(409,),
    )  # fmt: skip
    def patch(self, request: Request, document_id: uuid.UUID) -> Response:
        change = DocumentChange(data=request.data)
        change.is_valid(raise_exception=True)
        document = edit(document_id, actor=self.user, **change.validated_data)
        return Response(document_data(document))

    @describe("Move a document to the trash", {204: None}, problems=(409,))
    def delete(self, request: Request, document_id: uuid.UUID) -> Response:
        trash(document_id, actor=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


#: Takes the id, the actor and the values of the serializer of the decision.
_Decide = Callable[..., Document]


class _DecisionView(ApiView):
    """POST decides on the document in the `version` that the client saw, and answers with it."""

    scopes = {"post": TokenScope.REVIEW}

    decide: ClassVar[_Decide]

    @describe("Decide on a document", {200: DocumentShape}, body=Decision, problems=(409,))
    def post(self, request: Request, document_id: uuid.UUID) -> Response:
        return self.answer(document_id, Decision(data=request.data))

    def answer(self, document_id: uuid.UUID, decision: Decision) -> Response:
        decision.is_valid(raise_exception=True)
        document = type(self).decide(document_id, actor=self.user, **decision.validated_data)
        return Response(document_data(document))


class ApproveView(_DecisionView):
    decide = staticmethod(approve)


class RejectView(_DecisionView):
    decide = staticmethod(reject)

    @describe("Reject a document", {200: DocumentShape}, body=Rejection, problems=(409,))
    def post(self, request: Request, document_id: uuid.UUID) -> Response:
        return self.answer(document_id, Rejection(data=request.data))


class RestoreView(ApiView):
    scopes = {"post": TokenScope.WRITE}

    @describe("Take a document out of the trash", {200: DocumentShape}, problems=(409,))
    def post(self, request: Request, document_id: uuid.UUID) -> Response:
        document = untrash(document_id, actor=self.user)
        return Response(document_data(document))


class ReprocessView(ApiView):
    scopes = {"post": TokenScope.WRITE}

    @describe(
        "Read a document again", {202: DocumentShape, 200: DocumentShape}, body=ReprocessOptions,
        problems=(409,),
    )  # fmt: skip
    def post(self, request: Request, document_id: uuid.UUID) -> Response:
        """202: the document is queued; poll its status. 200: there was nothing to do (only failed
        pages were requested, and there are none)."""
        options = ReprocessOptions(data=request.data)
        options.is_valid(raise_exception=True)
        document = reprocess(document_id, actor=self.user, **options.validated_data)
        return Response(
            document_data(document),
            status=status.HTTP_202_ACCEPTED if document.is_unfinished else status.HTTP_200_OK,
        )


class PasswordView(ApiView):
    scopes = {"post": TokenScope.WRITE}

    @describe("Open a protected file", {202: DocumentShape}, body=FilePassword, problems=(409, 422))
    def post(self, request: Request, document_id: uuid.UUID) -> Response:
        """202: the password opened the file, and the document is queued. It is not kept."""
        given = FilePassword(data=request.data)
        given.is_valid(raise_exception=True)
        document = unlock(document_id, actor=self.user, password=given.validated_data["password"])
        return Response(document_data(document), status=status.HTTP_202_ACCEPTED)
