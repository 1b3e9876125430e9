"""A document's page in the admin: its facts, and what leads to its pages and to the review desk."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from documents import access
from documents.access import Ability
from documents.actions.unlock import PASSWORD_LENGTH, needs_password
from documents.admin.changelist_state import FILTERS, list_query_of, list_query_parameter, list_url
from documents.admin.progress import Progress
from documents.admin.requests import actor, redirect_missing_document
from documents.errors import NotFound, SearchUnavailable
from documents.exports.downloads import RESULT_TYPES
from documents.exports.history import history_of
from documents.exports.links import original_url, result_url
from documents.http.engines import engines_to_choose
from documents.models import Document, OcrMode
from documents.review.flags import describe_flag
from documents.search.query.similar import SimilarDocuments, find_similar
from documents.text.validation import parse_uuid


def document_view(request: HttpRequest, object_id: str) -> HttpResponse:
    document_id = parse_uuid(object_id)
    if document_id is None:
        return redirect_missing_document(request)
    try:
        document = access.require(request.user, Ability.SEE, document_id)
    except NotFound:
        return redirect_missing_document(request)
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
        "history": history_of(document),
        "alike": _alike(request, document),
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
        "filters_name": FILTERS,
        "filters": list_query_of(request),
        "list_query": list_query_parameter(request),
    }
