"""A document's pages: what was read on them, how they look, and what a person makes of them."""

from __future__ import annotations

import hashlib
import uuid

from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import Ability, require
from documents.actions.correct import accept_reading, correct
from documents.api.conditional import respond_with_etag
from documents.api.delivery import deliver
from documents.api.fields import StrictSerializer
from documents.api.pagination import PARAMETERS, listed
from documents.api.serializers import Correction, SeenRevision, reading_data
from documents.api.views import ApiView, FileView
from documents.errors import NotFound
from documents.exports.downloads import page_picture
from documents.exports.page_json import page_data, page_summary
from documents.models import Document, Page, PageStatus

#: Layouts are the bulk of a page; a list needs only those of corrections, for their confidence.
_LAYOUTS = ("current_reading__layout", "current_revision__based_on__layout")


#: An image needs none: only which way up its reading is.
_ALL_LAYOUTS = (*_LAYOUTS, "current_revision__layout")


class PageFilters(StrictSerializer):
    ignored = PARAMETERS

    status = serializers.ListField(
        child=serializers.ChoiceField(PageStatus.choices), required=False, max_length=10
    )


class ReadingsAsked(StrictSerializer):
    ignored = PARAMETERS

    text = serializers.BooleanField(required=False, default=False)


class PagesView(ApiView):
    """Without their content: that is a page's own."""

    def get(self, request: Request, document_id: uuid.UUID) -> Response:
        document = require(self.user, Ability.SEE, document_id)
        filters = PageFilters(data=request.query_params)
        filters.is_valid(raise_exception=True)
        pages = document.pages.select_related("current_reading", "current_revision__based_on")
        if "status" in filters.validated_data:
            pages = pages.filter(status__in=filters.validated_data["status"])
        return listed(request, pages.defer(*_LAYOUTS), page_summary, ordering="number")


class PageView(ApiView):
    def get(self, request: Request, document_id: uuid.UUID, number: int) -> HttpResponseBase:
        document = require(self.user, Ability.SEE, document_id)
        page = _page(document, number)
        return respond_with_etag(request, _etag(page), lambda: page_data(page))


class PageImageView(FileView):
    """WebP; boxes are measured on it."""

    def get(self, request: Request, document_id: uuid.UUID, number: int) -> HttpResponseBase:
        document = require(self.user, Ability.SEE, document_id)
        return deliver(request, page_picture(_page(document, number, without=_ALL_LAYOUTS)))


class PageTextView(ApiView):
    def put(self, request: Request, document_id: uuid.UUID, number: int) -> Response:
        """Correct the text of blocks; the page as it is now."""
        require(self.user, Ability.CORRECT, document_id)
        correction = Correction(data=request.data)
        correction.is_valid(raise_exception=True)
        given = correction.validated_data
        page = correct(
            document_id, number, given["blocks"], revision=given["revision"], actor=self.user
        )
        return Response(page_data(page))


class ReadingsView(ApiView):
    """What was ever read on the page, newest first."""

    def get(self, request: Request, document_id: uuid.UUID, number: int) -> Response:
        document = require(self.user, Ability.SEE, document_id)
        asked = ReadingsAsked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        page = _page(document, number, without=_ALL_LAYOUTS)
        with_text = asked.validated_data["text"]
        return listed(
            request,
            page.readings.all() if with_text else page.readings.defer("layout"),
            lambda reading: reading_data(page, reading, with_text=with_text),
            ordering="-run",
        )


class AcceptReadingView(ApiView):
    def post(self, request: Request, document_id: uuid.UUID, number: int) -> Response:
        """The newest reading counts in place of the correction; the page as it is now."""
        require(self.user, Ability.CORRECT, document_id)
        seen = SeenRevision(data=request.data)
        seen.is_valid(raise_exception=True)
        revision = seen.validated_data["revision"]
        page = accept_reading(document_id, number, revision=revision, actor=self.user)
        return Response(page_data(page))


def _etag(page: Page) -> str:
    """Of everything that `page_data` shows; a reading itself never changes."""
    error = hashlib.sha256(f"{page.error_code} {page.error_detail}".encode()).hexdigest()[:16]
    return f'W/"{page.status}-{page.current_reading_id}-{page.revision}-{error}"'


def _page(
    document: Document,
    number: int,
    *,
    without: tuple[str, ...] = ("current_revision__based_on__layout",),
) -> Page:
    page = (
        document.pages.select_related("document", "current_reading", "current_revision__based_on")
        .defer(*without)
        .filter(number=number)
        .first()
    )
    if page is None:
        raise NotFound(f"The document has no page {number}.", document=document.id, page=number)
    return page
