"""The search page: a box, what was found with its place on the scan, and ways to narrow it down."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.access import teams_of
from documents.admin.changelist_state import document_url
from documents.admin.rectangles import Rectangle
from documents.admin.requests import actor, refuse
from documents.admin.saved_searches import kept_searches, teams_to_keep_for
from documents.errors import SearchUnavailable
from documents.files.filetypes import ACCEPTED
from documents.models import Document, ReviewStatus, Status
from documents.search.query import find
from documents.search.query.find import FoundPage, SearchResults, Wanted
from documents.search.query.spelling import with_near

PER_PAGE = 20
#: Facets that are shown, with the filter that each sets and what people call it.
_FACETS: tuple[tuple[str, str, str | Promise], ...] = (
    ("team", "team", gettext_lazy("Team")),
    ("tag", "tag", gettext_lazy("Tag")),
    ("type", "mime_type", gettext_lazy("File type")),
    ("year", "year", gettext_lazy("Year")),
    ("status", "status", gettext_lazy("Status")),
    ("review_status", "review_status", gettext_lazy("Review")),
)
#: Further filters, which a search that was kept through the API may have.
_OTHERS: tuple[tuple[str, str | Promise], ...] = (
    ("language", gettext_lazy("Language")),
    ("created_after", gettext_lazy("Uploaded from")),
    ("created_before", gettext_lazy("Uploaded before")),
    ("sha256", "SHA-256"),
)
_NOTES: dict[str, str | Promise] = {
    "quote": gettext_lazy("A quotation mark is missing its other half: its words were searched."),
    "parenthesis": gettext_lazy("A parenthesis is missing its other half and was left out."),
    "or": gettext_lazy("OR needs a word on either side and was left out."),
    "not": gettext_lazy("There is nothing behind the minus; it was left out."),
    "prefix": gettext_lazy("Before the * there must be at least two letters."),
    "condition": gettext_lazy("This is no condition that is known; its words were searched."),
    "unknown": gettext_lazy("There is nothing of this name here."),
    "nothing": gettext_lazy("There is no word in this."),
    "other-forms": gettext_lazy("No page has the words in quotation marks in these very forms."),
    "too-many": gettext_lazy("The question is too long; what came last was left out."),
    "too-long": gettext_lazy("The question is too long; what came last was left out."),
}


@dataclass(frozen=True)
class Value:
    """One value of a facet: its name, how many pages have it, and the address that chooses it, or
    lets go of it where it is chosen."""

    name: str
    count: int | None
    url: str
    chosen: bool


@dataclass(frozen=True)
class Result:
    """One page that was found. `hits` lie on its image."""

    document: Document
    number: int
    url: str
    snippet: SafeString
    image_url: str
    width: int
    height: int
    hits: list[Rectangle]


def search_view(request: HttpRequest) -> HttpResponse:
    """GET: `q`, `sort`, `p` (from 1), and the filters of the API."""
    wanted = wanted_of(request.GET)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Search"),
        "q": wanted.text,
        "by_date": wanted.ordering == find.DATE,
        "kept": [(name, value) for name, values in wanted.filters.items() for value in values],
        "asked": bool(wanted.text.strip() or wanted.filters),
        "searches": kept_searches(request),
        "teams_to_keep_for": teams_to_keep_for(request),
    }
    if context["asked"]:
        try:
            found = find.find(actor(request), wanted)
        except SearchUnavailable as error:
            refuse(request, error)
        else:
            if wanted.offset and found.count and wanted.offset >= found.count:
                last = (found.count - 1) // PER_PAGE + 1
                return HttpResponseRedirect(_address(request, p=last))
            context |= _found(request, wanted, found)
    return render(request, "admin/documents/document/search.html", context)


def wanted_of(given: QueryDict) -> Wanted:
    """What the page's address asks for; what makes no sense in it is left out."""
    names = (*(name for _facet, name, _label in _FACETS), *(name for name, _label in _OTHERS))
    read = {name: [_sensible(name, each) for each in given.getlist(name)] for name in names}
    filters = {name: some for name, values in read.items() if (some := [*filter(None, values)])}
    page = given.get("p", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    return Wanted(
        text=given.get("q", "")[:1000],
        filters={name: values for name, values in filters.items() if values},
        ordering=find.DATE if given.get("sort") == find.DATE else find.RELEVANCE,
        offset=min(max(number - 1, 0) * PER_PAGE, find.DEEPEST - PER_PAGE),
        limit=PER_PAGE,
        facets=[facet for facet, _name, _label in _FACETS],
    )


def _sensible(name: str, value: str) -> str:
    """The value as the search takes it, nothing where it makes no sense."""
    try:
        if name == "team":
            return str(uuid.UUID(value))
        if name in ("created_after", "created_before"):
            datetime.datetime.fromisoformat(value)
    except ValueError:
        return ""
    return value


def _found(request: HttpRequest, wanted: Wanted, found: SearchResults) -> dict[str, Any]:
    number = wanted.offset // PER_PAGE + 1
    shown = with_near(wanted.text, found.also)
    return {
        "found": found,
        "results": [_result(page, shown) for page in found.results if isinstance(page, FoundPage)],
        "facets": _facets(request, wanted, found),
        "also": ", ".join(near for each in found.also.values() for near in each),
        "better_url": _address(request, q=found.better, p=None) if found.better else "",
        "notes": [(_NOTES.get(note.code, ""), note.text) for note in found.notes],
        "first": wanted.offset + 1,
        "last": wanted.offset + len(found.results),
        "before_url": _address(request, p=number - 1) if number > 1 else "",
        "after_url": _address(request, p=number + 1) if found.more else "",
        "sort_url": _address(
            request, sort=None if wanted.ordering == find.DATE else find.DATE, p=None
        ),
    }


def _result(page: FoundPage, shown: str) -> Result:
    document, number = page.document, page.number
    return Result(
        document=document,
        number=number,
        url=document_url(document.id, number or None, find=shown),
        snippet=mark_safe(page.snippet),  # noqa: S308 - escaped where it is made
        image_url=reverse("api:page-image", args=[document.id, number]) if page.width else "",
        width=page.width,
        height=page.height,
        hits=[Rectangle.of(box) for box, _text in page.hits],
    )


def _facets(
    request: HttpRequest, wanted: Wanted, found: SearchResults
) -> list[tuple[str | Promise, list[Value]]]:
    names = _names(request)
    shown: list[tuple[str | Promise, list[Value]]] = []
    for facet, filter_name, label in _FACETS:
        chosen = list(wanted.filters.get(filter_name, ()))
        counted = found.facets.get(facet, [])
        if chosen:
            values = _chosen(request, filter_name, chosen, names[facet])
        else:
            values = [
                Value(
                    str(names[facet].get(value, value)),
                    count,
                    _address(request, p=None, **{filter_name: value}),
                    False,
                )
                for value, count in counted
            ]
        if chosen or len(values) > 1:
            shown.append((label, values))
    shown += [
        (label, _chosen(request, name, wanted.filters[name], {}))
        for name, label in _OTHERS
        if name in wanted.filters
    ]
    return shown


def _chosen(
    request: HttpRequest, filter_name: str, chosen: Sequence[str], names: Mapping[str, Any]
) -> list[Value]:
    """Each of the values, with the address without it."""
    return [
        Value(
            str(names.get(each, each)),
            None,
            _address(request, p=None, **{filter_name: [one for one in chosen if one != each]}),
            True,
        )
        for each in chosen
    ]


def _names(request: HttpRequest) -> Mapping[str, Mapping[str, Any]]:
    """What people call the values of facets."""
    return {
        "team": {str(team.id): team.name for team in teams_of(request.user)},
        "tag": {},
        "year": {},
        "type": {kind.mime_type: kind.name for kind in ACCEPTED},
        "status": dict(Status.choices),
        "review_status": dict(ReviewStatus.choices),
    }


def _address(request: HttpRequest, **changes: object) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if isinstance(value, list):
            query.setlist(name, value)
        elif value is not None:
            query[name] = str(value)
    return f"?{query.urlencode()}"
