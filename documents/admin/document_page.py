"""A document's page in the admin: its state, failed pages, and images beside the text."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from documents import access
from documents.access import Ability
from documents.actions.unlock import PASSWORD_LENGTH, needs_password
from documents.admin.changelist_state import FILTERS, list_query_of, list_query_parameter, list_url
from documents.admin.history import history_of
from documents.admin.page_view import PageReview, failures_of, flagged_pages_of
from documents.admin.progress import Progress
from documents.admin.requests import actor, redirect_missing_document
from documents.admin.review_queue import came_from_queue
from documents.errors import NotFound, SearchUnavailable
from documents.exports.downloads import RESULT_TYPES
from documents.exports.links import original_url, result_url
from documents.http.engines import engines_to_choose
from documents.http.typed_query import TypedQuery
from documents.models import Document, OcrMode, PageStatus, Reading
from documents.review.flags import describe_flag
from documents.search.query.compiler import compile_matcher
from documents.search.query.similar import SimilarDocuments, find_similar
from documents.text.validation import parse_uuid

#: So that a file of 500 pages opens as fast as one of 20.
PAGES_AT_ONCE = 20


class PlaceForm(forms.Form):
    """`at`: the page to show; `find`: the query whose hits are marked."""

    at = forms.IntegerField(required=False, min_value=1, max_value=99_999_999)
    find = TypedQuery(required=False)


def document_view(request: HttpRequest, object_id: str) -> HttpResponse:
    """GET: the fields of a PlaceForm."""
    document_id = parse_uuid(object_id)
    if document_id is None:
        return redirect_missing_document(request)
    try:
        document = access.require(request.user, Ability.SEE, document_id)
    except NotFound:
        return redirect_missing_document(request)
    place = PlaceForm(request.GET)
    place.is_valid()  # `cleaned_data` has the valid fields only
    context = {
        **admin.site.each_context(request),
        "opts": Document._meta,
        "title": document.title,
        "document": document,
        "progress": Progress.of(document),
        "confidence": None if document.confidence is None else round(document.confidence * 100),
        "flags": [describe_flag(name) for name in document.flags],
        "error": document.error_text.translated() if document.error_code else "",
        "may": {
            ability.name.lower(): access.may(request.user, ability, document.team_id)
            for ability in Ability
        },
        **_tags(document),
        **_list_context(request),
        "ocr_modes": OcrMode.choices,
        "engines": engines_to_choose(),
        "original_url": original_url(document.id),
        "results": [
            (kind, result_url(document.id, kind))
            for kind in (RESULT_TYPES if document.has_results else ())
        ],
        "needs_password": needs_password(document),
        "password_length": PASSWORD_LENGTH,
        "failures": failures_of(document),
        "flagged_pages": flagged_pages_of(document),
        "history": history_of(document),
        "alike": _alike(request, document),
        **_pages(document, place.cleaned_data.get("at") or 1, place.cleaned_data["find"]),
    }
    return render(request, "admin/documents/document/page.html", context)


def _alike(request: HttpRequest, document: Document) -> SimilarDocuments | None:
    """Copies and similar documents; None while the search can't tell."""
    if document.is_trashed or not document.pages_done:
        return None
    try:
        return find_similar(actor(request), document)
    except SearchUnavailable:
        return None


def _tags(document: Document) -> dict[str, Any]:
    tags = list(document.tags.all())
    return {"tags": tags, "tag_names": ", ".join(tag.name for tag in tags)}


def _list_context(request: HttpRequest) -> dict[str, Any]:
    """The list as it was: its address, and what the page's forms and links pass on."""
    return {
        "list_url": list_url(request),
        "in_queue": came_from_queue(request),
        "filters_name": FILTERS,
        "filters": list_query_of(request),
        "list_query": list_query_parameter(request),
    }


def _pages(document: Document, number: int, find: str) -> dict[str, Any]:
    """The pages around page `number`, with the hits of the query `find`, and links to the
    others."""
    count = document.page_count or 0
    first = max(min(number, count) - 1, 0) // PAGES_AT_ONCE * PAGES_AT_ONCE + 1
    last = min(first + PAGES_AT_ONCE - 1, count)
    pages = (
        document.pages.filter(number__gte=first, number__lte=last)
        .select_related("current_reading", "current_revision__based_on", "current_revision__author")
        .order_by("number")
    )
    counted = Reading.objects.filter(page__in=[page.id for page in pages]).order_by()
    readings = dict(counted.values_list("page").annotate(Count("id")))
    matcher = compile_matcher(find) if find else None
    views = [
        PageReview.of(document, page, readings=readings.get(page.id, 0), find=matcher)
        for page in pages
    ]
    return {
        "pages": views,
        "first": first,
        "last": last,
        "earlier": max(first - PAGES_AT_ONCE, 1) if first > 1 else None,
        "before": first - 1,
        "later": last + 1 if last < count else None,
        "waiting": sum(view.status in (PageStatus.PENDING, PageStatus.RUNNING) for view in views),
    }
