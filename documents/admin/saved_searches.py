"""Searches that people keep, on the search page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from documents.access import Ability, teams_where, visible_to
from documents.actions.saved_searches import forget_search, kept_by, save_search
from documents.admin.requests import actor, refuse
from documents.errors import ArchiveError, NotFound
from documents.models import Team


@dataclass(frozen=True)
class Kept:
    """A saved search: the address of what it finds, and the one that deletes it (by POST). `new`:
    how many pages it has found since it was kept; `new_url`: they come first there."""

    name: str
    team: str
    url: str
    new: int
    new_url: str
    forget_url: str


def kept_searches(request: HttpRequest) -> list[Kept]:
    here = reverse("admin:documents_document_search")
    found = []
    # Only what can still be seen: a document may lie in the trash, or be another team's now.
    seen = Q(matches__document__in=visible_to(actor(request)).filter(trashed_at=None).order_by())
    searches = kept_by(actor(request)).select_related("team")
    for search in searches.annotate(new=Count("matches", filter=seen)):
        query = QueryDict(mutable=True)
        query["q"] = search.text
        for name, values in search.limits.items():
            query.setlist(name, values)
        found.append(
            Kept(
                search.name,
                search.team.name if search.team else "",
                f"{here}?{query.urlencode()}",
                search.new,
                f"{here}?{query.urlencode()}&sort=date",
                reverse("admin:documents_document_forget_search", args=[search.id]),
            )
        )
    return found


def teams_to_keep_for(request: HttpRequest) -> list[Team]:
    return list(teams_where(request.user, Ability.EDIT))


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """`name`, `for_team` (an id, or nothing), and the search as its page has it in its address."""
    from documents.admin.search_page import wanted_of  # which shows what is kept

    given = request.POST
    wanted = wanted_of(given)
    team = given.get("for_team", "")
    try:
        save_search(
            actor(request),
            name=given.get("name", ""),
            text=wanted.text,
            filters={name: list(map(str, values)) for name, values in wanted.filters.items()},
            team_id=_team_id(team) if team else None,
        )
    except ArchiveError as error:
        refuse(request, error)
    else:
        said = _("The search is kept. New pages that it finds are counted beside it.")
        messages.success(request, said)
    query = given.copy()
    for name in ("csrfmiddlewaretoken", "name", "for_team"):
        query.pop(name, None)
    return HttpResponseRedirect(f"{reverse('admin:documents_document_search')}?{query.urlencode()}")


@require_POST
def forget_view(request: HttpRequest, search_id: uuid.UUID) -> HttpResponse:
    try:
        forget_search(actor(request), search_id)
    except ArchiveError as error:
        refuse(request, error)
    return HttpResponseRedirect(reverse("admin:documents_document_search"))


def _team_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound(f"There is no team {text} here.") from None
