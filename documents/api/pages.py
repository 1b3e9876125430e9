"""A document's pages: their text, images, readings and corrections."""

from __future__ import annotations

import hashlib
import uuid

from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import Ability, require
from documents.actions.accept_reading import accept_reading
from documents.actions.correct import correct
from documents.api.conditional import IF_NONE_MATCH, respond_with_etag
from documents.api.corrections import Correction
from documents.api.delivery import FILE_ANSWERS, FILE_HEADERS, FILE_PROBLEMS, deliver
from documents.api.document_data import reading_data
from documents.api.openapi.describe import describe, page_of
from documents.api.openapi.shapes.pages import PageShape, PageSummary, ReadingShape
from documents.api.pagination import ListParameters, paginate
from documents.api.serializers import RevisionSeen
from documents.api.views import ApiView, PictureView
from documents.exports.downloads import get_page_image, get_page_thumbnail
from documents.exports.page_json import page_data, page_summary
from documents.models import Document, Page, PageStatus, TokenScope

#: Layouts are the bulk of a page; a list needs only those of corrections, for their confidence.
_LAYOUTS = ("current_reading__layout", "current_revision__based_on__layout")


#: An image needs no layout, only the rotation of its reading.
_ALL_LAYOUTS = (*_LAYOUTS, "current_revision__layout")


class PageFilters(ListParameters):
    status = serializers.ListField(
        child=serializers.ChoiceField(PageStatus.choices), required=False, max_length=10
    )


class ReadingsParameters(ListParameters):
    text = serializers.BooleanField(required=False, default=False)


class PagesView(ApiView):
    """Pages without their content, which each page has at its own address."""

    @describe("List pages", {200: page_of(PageSummary, "Page")}, query=PageFilters)
    def get(self, request: Request, document_id: uuid.UUID) -> Response:
        document = require(self.user, Ability.SEE, document_id)
        filters = PageFilters(data=request.query_params)
        filters.is_valid(raise_exception=True)
        pages = document.pages.with_text()
        if "status" in filters.validated_data:
            pages = pages.filter(status__in=filters.validated_data["status"])
        return paginate(
            request,
            pages.defer(*_LAYOUTS),
            page_summary,
            parameters=filters.validated_data,
            ordering="number",
        )


class PageView(ApiView):
    @describe("Show a page", {200: PageShape, 304: None}, headers=(IF_NONE_MATCH,))
    def get(self, request: Request, document_id: uuid.UUID, number: int) -> HttpResponseBase:
        document = require(self.user, Ability.SEE, document_id)
        page = _page(document, number)
        return respond_with_etag(request, _etag(page), lambda: page_data(page))


class PageImageView(PictureView):
    """WebP; the boxes of a layout are pixels of it."""

    @describe("The picture of a page", FILE_ANSWERS, headers=FILE_HEADERS,
              types=("image/webp",), problems=(*FILE_PROBLEMS, 409, 422))  # fmt: skip
    def get(self, request: Request, document_id: uuid.UUID, number: int) -> HttpResponseBase:
        document = require(self.user, Ability.SEE, document_id)
        return deliver(request, get_page_image(_page(document, number, without=_ALL_LAYOUTS)))


class PageThumbnailView(PictureView):
    """WebP of at most 20 KB, the longest side at most 300 px."""

    @describe("A small picture of a page", FILE_ANSWERS, headers=FILE_HEADERS,
              types=("image/webp",), problems=(*FILE_PROBLEMS, 409, 422))  # fmt: skip
    def get(self, request: Request, document_id: uuid.UUID, number: int) -> HttpResponseBase:
        document = require(self.user, Ability.SEE, document_id)
        return deliver(request, get_page_thumbnail(_page(document, number, without=_ALL_LAYOUTS)))


class PageTextView(ApiView):
    scopes = {"put": TokenScope.REVIEW}

    @describe("Correct a page", {200: PageShape}, body=Correction, problems=(409,))
    def put(self, request: Request, document_id: uuid.UUID, number: int) -> Response:
        """Correct the text of blocks, and the blocks themselves. Answers with the page."""
        correction = Correction(data=request.data)
        correction.is_valid(raise_exception=True)
        data = correction.validated_data
        page = correct(
            document_id,
            number,
            data["blocks"],
            revision=data["revision"],
            edits=data["edits"],
            size=data["image"],
            actor=self.user,
        )
        return Response(page_data(page))


class ReadingsView(ApiView):
    """Every reading of the page, newest first."""

    @describe(
        "List the readings of a page", {200: page_of(ReadingShape, "Reading")},
        query=ReadingsParameters,
    )  # fmt: skip
    def get(self, request: Request, document_id: uuid.UUID, number: int) -> Response:
        document = require(self.user, Ability.SEE, document_id)
        parameters = ReadingsParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        page = _page(document, number, without=_ALL_LAYOUTS)
        with_text = parameters.validated_data["text"]
        return paginate(
            request,
            page.readings.all() if with_text else page.readings.defer("layout"),
            lambda reading: reading_data(page, reading, with_text=with_text),
            parameters=parameters.validated_data,
            ordering="-run",
        )


class AcceptReadingView(ApiView):
    scopes = {"post": TokenScope.REVIEW}

    @describe("Accept the newest reading", {200: PageShape}, body=RevisionSeen, problems=(409,))
    def post(self, request: Request, document_id: uuid.UUID, number: int) -> Response:
        """Let the newest reading replace the correction. Answers with the page."""
        seen = RevisionSeen(data=request.data)
        seen.is_valid(raise_exception=True)
        revision = seen.validated_data["revision"]
        page = accept_reading(document_id, number, revision=revision, actor=self.user)
        return Response(page_data(page))


def _etag(page: Page) -> str:
    """Changes with everything that `page_data` shows; a reading itself never changes."""
    error = hashlib.sha256(f"{page.error_code} {page.error_detail}".encode()).hexdigest()[:16]
    return f'W/"{page.status}-{page.current_reading_id}-{page.revision}-{error}"'


def _page(
    document: Document,
    number: int,
    *,
    without: tuple[str, ...] = ("current_revision__based_on__layout",),
) -> Page:
    # `document.pages` gives the page its document, as it is in hand.
    return document.pages.with_text().defer(*without).get_numbered(document, number)
