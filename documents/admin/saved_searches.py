"""Saved searches, on the search page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from documents.access import Ability, saved_searches_visible_to, teams_where, visible_to
from documents.actions.delete_saved_search import delete_saved_search
from documents.actions.save_search import save_search
from documents.admin.forms import SaveSearchForm, report_errors
from documents.admin.requests import actor, show_error
from documents.admin.search_form import parse_search
from documents.errors import ArchiveError
from documents.models import Team


@dataclass(frozen=True)
class SavedSearchEntry:
    """`url`: the address of its results. `new`: how many pages it has found since it was saved;
    `new_url`: its results with them first. `forget_url` deletes it (POST)."""

    name: str
    team: str
    url: str
    new: int
    new_url: str
    forget_url: str


def list_saved_searches(request: HttpRequest) -> list[SavedSearchEntry]:
    here = reverse("admin:documents_document_search")
    # Only what the user can still see: a document may be in the trash, or another team's now.
    seen = Q(matches__document__in=visible_to(actor(request)).not_trashed().order_by())
    searches = saved_searches_visible_to(actor(request)).filter(is_view=False)
    searches = searches.select_related("team")
    return [
        SavedSearchEntry(
            name=search.name,
            team=search.team.name if search.team else "",
            url=f"{here}?{search.query_string}",
            new=search.new,
            new_url=f"{here}?{search.query_string}&sort=date",
            forget_url=reverse("admin:documents_document_forget_search", args=[search.id]),
        )
        for search in searches.annotate(new=Count("matches", filter=seen))
    ]


def teams_to_save_for(request: HttpRequest) -> list[Team]:
    return list(teams_where(request.user, Ability.EDIT))


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """A SaveSearchForm, and the search as in the address of its page."""
    form = SaveSearchForm(request.POST)
    if form.is_valid():
        _save(request, form)
    else:
        report_errors(request, form)
    query = request.POST.copy()
    for name in ("csrfmiddlewaretoken", *form.fields):
        query.pop(name, None)
    return HttpResponseRedirect(f"{reverse('admin:documents_document_search')}?{query.urlencode()}")


def _save(request: HttpRequest, form: SaveSearchForm) -> None:
    search = parse_search(request.POST)
    try:
        save_search(
            actor=actor(request),
            name=form.cleaned_data["name"],
            text=search.text,
            filters=search.filters,
            team_id=form.cleaned_data["for_team"],
        )
    except ArchiveError as error:
        show_error(request, error)
    else:
        text = _("The search is saved. New pages that it finds are counted beside it.")
        messages.success(request, text)


@require_POST
def forget_view(request: HttpRequest, search_id: uuid.UUID) -> HttpResponse:
    try:
        delete_saved_search(search_id, actor=actor(request))
    except ArchiveError as error:
        show_error(request, error)
    return HttpResponseRedirect(reverse("admin:documents_document_search"))
