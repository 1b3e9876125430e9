"""The search page: a search box, the pages found with the hits on their scans, and facets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.admin.changelist_state import document_url
from documents.admin.rectangles import Rectangle
from documents.admin.requests import actor, show_error
from documents.admin.saved_searches import list_saved_searches, teams_to_save_for
from documents.admin.search_facets import facets_of
from documents.admin.search_form import PER_PAGE, change_query, parse_search
from documents.errors import SearchUnavailable
from documents.exports.links import page_image_url
from documents.models import Document
from documents.search.query.find import find
from documents.search.query.results import FoundPage, Ordering, SearchRequest, SearchResults
from documents.search.query.spelling import expand_with_near_words

_NOTES: dict[str, str | Promise] = {
    "quote": gettext_lazy("A quotation mark is missing its pair; the words were searched."),
    "parenthesis": gettext_lazy("A parenthesis is missing its pair and was ignored."),
    "or": gettext_lazy("OR needs a word on either side and was ignored."),
    "not": gettext_lazy("There is no word after the minus; it was ignored."),
    "prefix": gettext_lazy("At least two letters must precede the *."),
    "condition": gettext_lazy("This condition is not known; its words were searched."),
    "unknown": gettext_lazy("Nothing here has this name."),
    "nothing": gettext_lazy("This contains no word."),
    "other-forms": gettext_lazy(
        "No page has this exact phrase; other forms of its words were searched."
    ),
    "too-many": gettext_lazy("The query is too long; its end was ignored."),
    "too-long": gettext_lazy("The query is too long; its end was ignored."),
}


@dataclass(frozen=True)
class FoundPageView:
    """One page that was found. `hits` are boxes on its image of `width` x `height` px."""

    document: Document
    number: int
    url: str
    snippet: SafeString
    image_url: str
    width: int
    height: int
    hits: list[Rectangle]


def search_view(request: HttpRequest) -> HttpResponse:
    """GET: the fields of a SearchForm, and the filters of the API."""
    search = parse_search(request.GET)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Search"),
        "q": search.text,
        "by_date": search.ordering == Ordering.DATE,
        "filters": [(name, value) for name, values in search.filters.items() for value in values],
        "asked": bool(search.text.strip() or search.filters),
        "searches": list_saved_searches(request),
        "teams_to_save_for": teams_to_save_for(request),
    }
    if context["asked"]:
        try:
            found = find(actor(request), search)
        except SearchUnavailable as error:
            show_error(request, error)
        else:
            if search.offset and found.count and search.offset >= found.count:
                last = (found.count - 1) // PER_PAGE + 1
                return HttpResponseRedirect(change_query(request, p=last))
            context |= _results_context(request, search, found)
    return render(request, "admin/documents/document/search.html", context)


def _results_context(
    request: HttpRequest, search: SearchRequest, found: SearchResults
) -> dict[str, Any]:
    number = search.offset // PER_PAGE + 1
    marked = expand_with_near_words(search.text, found.near_words)
    return {
        "found": found,
        "results": [_result(page, marked) for page in found.results if isinstance(page, FoundPage)],
        "facets": facets_of(request, search, found),
        "also": ", ".join(near for each in found.near_words.values() for near in each),
        "better_url": change_query(request, q=found.suggestion, p=None) if found.suggestion else "",
        "notes": [(_NOTES.get(note.code, ""), note.text) for note in found.notes],
        "first": search.offset + 1,
        "last": search.offset + len(found.results),
        "before_url": change_query(request, p=number - 1) if number > 1 else "",
        "after_url": change_query(request, p=number + 1) if found.more else "",
        "sort_url": change_query(
            request, sort=None if search.ordering == Ordering.DATE else Ordering.DATE.value, p=None
        ),
    }


def _result(page: FoundPage, marked: str) -> FoundPageView:
    """`marked`: the query whose hits the document's page marks."""
    document, number = page.document, page.number
    return FoundPageView(
        document=document,
        number=number,
        url=document_url(document.id, number or None, find=marked),
        snippet=mark_safe(page.snippet),  # noqa: S308 # nosec B308 B703 # escaped where it is made
        image_url=page_image_url(document.id, number) if page.width else "",
        width=page.width,
        height=page.height,
        hits=[Rectangle.of(box) for box, _text in page.hits],
    )
