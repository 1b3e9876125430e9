"""The search page: the documents found, each with its best pages and the hits on their scans."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.access import Ability, teams_of, teams_where
from documents.errors import SearchUnavailable
from documents.search.query.find import find
from documents.search.query.results import Ordering, SearchRequest, SearchResults
from documents.search.query.suggest import suggest
from documents.web import saved_searches
from documents.web.guard import for_people, person
from documents.web.saved_searches import SavedSearchEntry
from documents.web.search_facets import facets_of
from documents.web.search_form import PER_PAGE, SearchForm, change_query, parse_search
from documents.web.search_results import NOTES, QUOTES, describe_documents
from documents.web.texts import search_texts


@for_people
def search_view(request: HttpRequest) -> HttpResponseBase:
    """GET: the fields of a SearchForm, and the filters of the API."""
    search = parse_search(request.GET)
    searches = saved_searches.list_entries(request)
    opened = _find_opened(request, searches)
    context: dict[str, Any] = {
        "title": opened.name if opened else _("Search"),
        "q": search.text,
        "by_date": search.ordering == Ordering.DATE,
        "filters": [(name, value) for name, values in search.filters.items() for value in values],
        "asked": bool(search.text.strip() or search.filters),
        "searches": searches,
        "opened": opened,
        "search_texts": search_texts(),
        "now": timezone.now().isoformat(),
        "teams_to_save_for": teams_where(person(request), Ability.EDIT),
    }
    if context["asked"]:
        try:
            found = find(person(request), search)
        except SearchUnavailable as error:
            messages.error(request, error.translated())
        else:
            if search.offset and found.count and search.offset >= found.count:
                last = (found.count - 1) // PER_PAGE + 1
                return HttpResponseRedirect(change_query(request, p=last))
            context |= _results_context(request, search, found, opened)
    return render(request, "web/search/search.html", context)


def _find_opened(request: HttpRequest, searches: list[SavedSearchEntry]) -> SavedSearchEntry | None:
    """The saved search that the address names."""
    form = SearchForm(request.GET)
    form.is_valid()
    wanted: uuid.UUID | None = form.cleaned_data.get("saved")
    return next((each for each in searches if each.id == wanted), None)


def _results_context(
    request: HttpRequest,
    search: SearchRequest,
    found: SearchResults,
    opened: SavedSearchEntry | None,
) -> dict[str, Any]:
    number = search.offset // PER_PAGE + 1
    new = saved_searches.find_new_pages(person(request), opened.id) if opened else frozenset()
    return {
        "found": found,
        "results": describe_documents(search.text, found, new),
        "several_teams": teams_of(person(request))[:2].count() > 1,
        "facets": facets_of(request, search, found),
        "also": ", ".join(near for each in found.near_words.values() for near in each),
        "better_url": change_query(request, q=found.suggestion, p=None) if found.suggestion else "",
        "notes": [(NOTES.get(note.code, ""), note.text.strip(QUOTES)) for note in found.notes],
        "first": search.offset + 1,
        "last": search.offset + len(found.results),
        "before_url": change_query(request, p=number - 1) if number > 1 else "",
        "after_url": change_query(request, p=number + 1) if found.more else "",
        "match_url": change_query(request, sort=None, p=None),
        "date_url": change_query(request, sort=Ordering.DATE.value, p=None),
    }


@for_people
def suggest_view(request: HttpRequest) -> HttpResponseBase:
    """What could be meant by `q`, as JSON: while it is typed, so an unready index is no error."""
    form = SearchForm(request.GET)
    form.is_valid()
    try:
        found = suggest(person(request), form.cleaned_data["q"])
    except SearchUnavailable:
        return JsonResponse({"words": [], "titles": [], "retyped": ""})
    titles = [
        {"text": title, "url": f"/documents/{document_id}/"} for document_id, title in found.titles
    ]
    return JsonResponse({"words": found.words, "titles": titles, "retyped": found.retyped})


urlpatterns = [
    path("search/", search_view, name="search"),
    path("search/suggest/", suggest_view, name="suggest"),
    *saved_searches.urlpatterns,
]
