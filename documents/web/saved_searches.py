"""Saved searches: which are there, what is new in them, and their buttons."""

from __future__ import annotations

import datetime
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.db.models import DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from documents.access import saved_searches_visible_to, visible_to
from documents.actions.delete_saved_search import delete_saved_search
from documents.actions.mark_search_seen import mark_search_seen
from documents.actions.rename_saved_search import rename_saved_search
from documents.actions.save_search import save_search
from documents.errors import ArchiveError
from documents.models import SavedSearch, SavedSearchMatch, SavedSearchVisit, User
from documents.web.guard import for_people, person
from documents.web.search_form import parse_search

#: New pages that are counted, of all of a person's searches together: the newest ones.
MOST_COUNTED = 2000


@dataclass(frozen=True)
class SavedSearchEntry:
    """`url`: the address of its results. `new`: how many pages it has found since the person last
    saw them. A view is a list of documents, and finds nothing by itself."""

    id: uuid.UUID
    name: str
    team: str
    url: str
    new: int
    is_view: bool

    @property
    def shown_new(self) -> str:
        """Few digits: for the rail."""
        return "99+" if self.new > 99 else str(self.new or "")


def list_entries(request: HttpRequest) -> list[SavedSearchEntry]:
    """Those that the person may see, by name."""
    user = person(request)
    searches = list(saved_searches_visible_to(user).select_related("team"))
    new = _count_new(user, searches)
    return [
        SavedSearchEntry(
            id=search.id,
            name=search.name,
            team=search.team.name if search.team else "",
            url=_address_of(search),
            new=new[search.id],
            is_view=search.is_view,
        )
        for search in searches
    ]


def _address_of(search: SavedSearch) -> str:
    query, saved = search.query_string, urlencode({"saved": str(search.id)})
    return f"{reverse('web:documents' if search.is_view else 'web:search')}?{query}&{saved}"


def find_new_pages(user: User, search_id: uuid.UUID) -> frozenset[tuple[uuid.UUID, int]]:
    """The pages that are new in the search: (document, number)."""
    new = _new_matches(user, [search_id]).values_list("document_id", "page")
    return frozenset(new[:MOST_COUNTED])


def _count_new(user: User, searches: Iterable[SavedSearch]) -> Counter[uuid.UUID]:
    ids = [search.id for search in searches if not search.is_view]
    if not ids:
        return Counter()
    return Counter(_new_matches(user, ids).values_list("search_id", flat=True)[:MOST_COUNTED])


def _new_matches(user: User, ids: list[uuid.UUID]) -> QuerySet[SavedSearchMatch]:
    """The newest first. Only what the person can still see: a document may be in the trash, or
    another team's now."""
    visits = SavedSearchVisit.objects.filter(user=user, search=OuterRef("search"))
    seen_at = Subquery(visits.values("seen_at")[:1], output_field=DateTimeField())
    shown = visible_to(user).listed().filter(id=OuterRef("document")).order_by()
    matches = SavedSearchMatch.objects.filter(Exists(shown), search__in=ids)
    matches = matches.annotate(seen_at=seen_at)
    unseen = Q(seen_at=None) | Q(created_at__gt=F("seen_at"))
    return matches.filter(unseen).order_by("-created_at", "-id")


class SaveForm(forms.Form):
    """`for_team`: the team that the search is saved for; None: the person alone."""

    name = forms.CharField(required=False, strip=False)
    for_team = forms.UUIDField(required=False)


class SeenForm(forms.Form):
    """`at`: when the page was made."""

    at = forms.CharField(required=False)

    def clean_at(self) -> datetime.datetime | None:
        try:
            return datetime.datetime.fromisoformat(self.cleaned_data["at"]).astimezone()
        except (ValueError, OverflowError):
            return None


@require_POST
@for_people
def save_view(request: HttpRequest) -> HttpResponseBase:
    """A SaveForm, and the search as in the address of its page."""
    form = SaveForm(request.POST)
    query = request.POST.copy()
    for name in ("csrfmiddlewaretoken", *form.fields):
        query.pop(name, None)
    here = f"{reverse('web:search')}?{query.urlencode()}"
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(str(error) for error in errors))
        return HttpResponseRedirect(here)
    search = parse_search(request.POST)
    try:
        saved = save_search(
            actor=person(request),
            name=form.cleaned_data["name"],
            text=search.text,
            filters=search.filters,
            team_id=form.cleaned_data["for_team"],
        )
    except ArchiveError as error:
        messages.error(request, error.translated())
        return HttpResponseRedirect(here)
    text = _("The search is saved. New pages that it finds are counted beside it.")
    messages.success(request, text)
    return HttpResponseRedirect(_address_of(saved))


@require_POST
@for_people
def rename_view(request: HttpRequest, search_id: uuid.UUID) -> HttpResponseBase:
    """`name`: the new one."""
    try:
        search = rename_saved_search(search_id, request.POST.get("name", ""), actor=person(request))
    except ArchiveError as error:
        messages.error(request, error.translated())
        return HttpResponseRedirect(reverse("web:search"))
    return HttpResponseRedirect(_address_of(search))


@require_POST
@for_people
def delete_view(request: HttpRequest, search_id: uuid.UUID) -> HttpResponseBase:
    try:
        delete_saved_search(search_id, actor=person(request))
    except ArchiveError as error:
        messages.error(request, error.translated())
    else:
        messages.success(request, _("The saved search is deleted."))
    return HttpResponseRedirect(reverse("web:search"))


@require_POST
@for_people
def seen_view(request: HttpRequest, search_id: uuid.UUID) -> HttpResponseBase:
    """A SeenForm: sent by the page of results once it is shown."""
    form = SeenForm(request.POST)
    form.is_valid()
    try:
        mark_search_seen(search_id, actor=person(request), seen_at=form.cleaned_data.get("at"))
    except ArchiveError:  # deleted by another person in the meantime
        return HttpResponse(status=404)
    return HttpResponse(status=204)


urlpatterns = [
    path("search/save/", save_view, name="save-search"),
    path("search/saved/<uuid:search_id>/rename/", rename_view, name="rename-search"),
    path("search/saved/<uuid:search_id>/delete/", delete_view, name="delete-search"),
    path("search/saved/<uuid:search_id>/seen/", seen_view, name="seen-search"),
]
