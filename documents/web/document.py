"""A document's page: its pages beside their text, and the parts that its scripts ask for."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse

from documents import access
from documents.access import Ability
from documents.errors import NotFound, SearchUnavailable
from documents.exports.links import document_url, page_text_url, page_thumbnail_url
from documents.messages import Message
from documents.models import Document, Page
from documents.search.query.in_document import find_in_document
from documents.search.query.similar import find_similar
from documents.web.document_parts import State, abilities_of, facts_of
from documents.web.document_strip import strip_of
from documents.web.document_texts import document_texts
from documents.web.guard import for_people, person
from documents.web.labels import LABEL_NAMES
from documents.web.page_data import page_for_people
from documents.web.refusals import answer_problems, show_missing

#: Characters of a query.
_QUERY_LENGTH = 1_000


class Place(forms.Form):
    """`page`: the page that is shown; `hit`: the query whose hits are marked."""

    page = forms.IntegerField(required=False, min_value=1, max_value=99_999_999)
    hit = forms.CharField(required=False, max_length=_QUERY_LENGTH)


@for_people
@show_missing
def document_view(request: HttpRequest, document_id: uuid.UUID) -> HttpResponseBase:
    user = person(request)
    document = access.require(user, Ability.SEE, document_id)
    place = Place(request.GET)
    place.is_valid()  # `cleaned_data` has the valid fields only
    count = document.page_count or 0
    number = min(place.cleaned_data.get("page") or 1, max(count, 1))
    hit = place.cleaned_data.get("hit", "")
    facts = facts_of(user, document)
    context = {
        **facts,
        "title": document.title,
        "number": number,
        "hit": hit,
        "texts": document_texts(),
        "setup": {
            "page": number,
            "pages": count,
            "hit": hit,
            "version": document.version,
            "finished": facts["state"].finished,
            "error": facts["error"] if facts["state"].finished else "",
            "may": facts["may"],
            "labels": {name: str(label) for name, label in LABEL_NAMES.items()},
            "urls": _urls(document),
        },
    }
    return render(request, "web/document/document.html", context)


def _urls(document: Document) -> dict[str, str]:
    """Addresses for the scripts; a page's have a 0 for its number."""

    def own(name: str, *args: Any) -> str:
        return reverse(f"web:{name}", args=[document.id, *args])

    return {
        "document": own("document"),
        "page": own("document-page", 0),
        "strip": own("document-strip"),
        "state": own("document-state"),
        "facts": own("document-facts"),
        "hits": own("document-hits"),
        "similar": own("document-similar"),
        "thumbnail": page_thumbnail_url(document.id, 0),
        "readings": own("document-readings", 0),
        "text": page_text_url(document.id, 0),
        "accept": reverse("api:accept-reading", args=[document.id, 0]),
        "api": document_url(document.id),
    }


@for_people
@answer_problems
def page_view(request: HttpRequest, document_id: uuid.UUID, number: int) -> HttpResponseBase:
    """One page for the scripts. `?hit=` marks the words of a query."""
    user = person(request)
    document = access.require(user, Ability.SEE, document_id)
    page = _load_page(document, number)
    place = Place(request.GET)
    place.is_valid()
    hit = place.cleaned_data.get("hit", "")
    find = find_in_document(user, document, hit).matcher if hit else None
    return JsonResponse(page_for_people(document, page, find))


def _load_page(document: Document, number: int) -> Page:
    page = (
        document.pages.with_text()
        .select_related("current_revision__author")
        .defer("current_revision__based_on__layout")
        .filter(number=number)
        .first()
    )
    if page is None:
        raise NotFound(
            Message("The document has no page {page}.", page=number), document=document.id
        )
    return page


@for_people
@answer_problems
def strip_view(request: HttpRequest, document_id: uuid.UUID) -> HttpResponseBase:
    return JsonResponse(strip_of(access.require(person(request), Ability.SEE, document_id)))


@for_people
@answer_problems
def state_view(request: HttpRequest, document_id: uuid.UUID) -> HttpResponseBase:
    document = access.require(person(request), Ability.SEE, document_id)
    return JsonResponse(vars(State.of(document)))


@for_people
@answer_problems
def hits_view(request: HttpRequest, document_id: uuid.UUID) -> HttpResponseBase:
    """The numbers of the pages on which `?hit=` is found."""
    user = person(request)
    document = access.require(user, Ability.SEE, document_id)
    place = Place(request.GET)
    place.is_valid()
    hit = place.cleaned_data.get("hit", "")
    return JsonResponse({"pages": find_in_document(user, document, hit).pages if hit else []})


@for_people
@answer_problems
def facts_view(request: HttpRequest, document_id: uuid.UUID) -> HttpResponseBase:
    """The bar and the side panel, as the document is now."""
    user = person(request)
    document = access.require(user, Ability.SEE, document_id)
    return render(request, "web/document/parts.html", facts_of(user, document))


@for_people
@answer_problems
def similar_view(request: HttpRequest, document_id: uuid.UUID) -> HttpResponseBase:
    user = person(request)
    document = access.require(user, Ability.SEE, document_id)
    alike = None
    if not document.is_trashed and document.pages_done:
        try:
            alike = find_similar(user, document)
        except SearchUnavailable:
            alike = None
    context = {"alike": alike, "may": abilities_of(user, document)}
    return render(request, "web/document/similar.html", context)


_DOCUMENT = "documents/<uuid:document_id>/"

urlpatterns = [
    path(_DOCUMENT, document_view, name="document"),
    path(f"{_DOCUMENT}pages/<int:number>/", page_view, name="document-page"),
    path(f"{_DOCUMENT}strip/", strip_view, name="document-strip"),
    path(f"{_DOCUMENT}state/", state_view, name="document-state"),
    path(f"{_DOCUMENT}facts/", facts_view, name="document-facts"),
    path(f"{_DOCUMENT}hits/", hits_view, name="document-hits"),
    path(f"{_DOCUMENT}similar/", similar_view, name="document-similar"),
]
