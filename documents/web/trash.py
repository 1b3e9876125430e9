"""The trash of a team: what lies there, when it goes, and how it comes back."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from documents import access
from documents.access import Ability
from documents.actions.cancel_purge import cancel_purge
from documents.actions.hold import hold, lift_hold
from documents.actions.schedule_purge import schedule_purge, trash_of
from documents.actions.untrash import untrash
from documents.errors import ArchiveError
from documents.models import Document, Team, User
from documents.models.keeping import REASON_LENGTH
from documents.text.validation import parse_uuid
from documents.web.guard import for_people, person
from documents.web.session import find_next
from documents.web.team import find_team

PER_PAGE = 50


@dataclass(frozen=True)
class Counts:
    """`free`: can be deleted now. `leaving`: are about to be."""

    all: int
    free: int
    held: int
    leaving: int


@for_people
def trash_view(request: HttpRequest) -> HttpResponseBase:
    """`team`: whose; without it that of the person's default team. `page`: counts from 1."""
    user = person(request)
    teams = list(access.teams_of(user))
    team = find_team(user, teams, parse_uuid(request.GET.get("team")))
    if team is None:
        return render(request, "web/trash/trash.html", {"team": None})
    documents = trash_of(team.id).select_related("held_by").order_by("-trashed_at", "-id")
    counts = _count(team)
    pages = Paginator(documents, PER_PAGE)
    pages.count = counts.all  # counted above
    page = pages.get_page(request.GET.get("page"))
    for document in page.object_list:
        document.leaves_at = _leaves_at(document, team)
    context = {
        "team": team,
        "teams": teams,
        "page": page,
        "counts": counts,
        "may_untrash": access.may(user, Ability.TRASH, team),
        "may_purge": access.may(user, Ability.PURGE, team),
        "may_hold": access.may(user, Ability.HOLD, team),
        "reason_length": REASON_LENGTH,
    }
    return render(request, "web/trash/trash.html", context)


def _count(team: Team) -> Counts:
    held = ~Q(held_at=None)
    counts = trash_of(team.id).aggregate(
        all=Count("id"),
        held=Count("id", filter=held),
        leaving=Count("id", filter=~Q(purge_at=None)),
    )
    return Counts(free=counts["all"] - counts["held"], **counts)


def _leaves_at(document: Document, team: Team) -> datetime.datetime | None:
    """When it is deleted for good by the team's rule; None where nothing says so."""
    if team.trash_days is None or document.is_held or document.trashed_at is None:
        return None
    due = document.trashed_at + datetime.timedelta(days=team.trash_days)
    return max(due, team.trash_rule_from or due)


# --- what people do there ----------------------------------------------------------------------


def _lead_back(request: HttpRequest, team_id: uuid.UUID) -> HttpResponseBase:
    return redirect(f"{reverse('web:trash')}?{urlencode({'team': str(team_id)})}")


@require_POST
@for_people
def empty_view(request: HttpRequest, team_id: uuid.UUID) -> HttpResponseBase:
    """`count`: how many the person was told. `document`: only this one."""
    document_id = parse_uuid(request.POST.get("document"))
    count = request.POST.get("count", "")
    access.require_team(person(request), Ability.SEE, team_id)
    try:
        order = schedule_purge(
            team_id,
            actor=person(request),
            document_ids=None if document_id is None else [document_id],
            count=int(count) if count.isascii() and count.isdigit() and len(count) < 10 else None,
        )
    except ArchiveError as error:
        messages.error(request, error.translated())
    else:
        if order.held and document_id is None:
            text = ngettext(
                "%(count)d document is on legal hold and stays.",
                "%(count)d documents are on legal hold and stay.",
                order.held,
            )
            messages.warning(request, text % {"count": order.held})
    return _lead_back(request, team_id)


@require_POST
@for_people
def keep_view(request: HttpRequest, team_id: uuid.UUID) -> HttpResponseBase:
    """Takes the order to delete back. `document`: only of this one."""
    document_id = parse_uuid(request.POST.get("document"))
    access.require_team(person(request), Ability.SEE, team_id)
    try:
        kept = cancel_purge(
            team_id,
            actor=person(request),
            document_ids=None if document_id is None else [document_id],
        )
    except ArchiveError as error:
        messages.error(request, error.translated())
    else:
        text = ngettext("%(count)d document stays.", "%(count)d documents stay.", kept)
        messages.success(request, text % {"count": kept})
    return _lead_back(request, team_id)


Act = Callable[[uuid.UUID, HttpRequest, User], Document]


def _of_document(act: Act, said: Callable[[], str]) -> Callable[..., HttpResponseBase]:
    """A view that does this to the document and leads to `next`."""

    @require_POST
    @for_people
    def view(request: HttpRequest, document_id: uuid.UUID) -> HttpResponseBase:
        access.require(person(request), Ability.SEE, document_id)  # raises for a foreign one
        try:
            act(document_id, request, person(request))
        except ArchiveError as error:
            messages.error(request, error.translated())
        else:
            messages.success(request, said())
        return redirect(find_next(request, request.POST.get("next", "")))

    return view


def _untrash(document_id: uuid.UUID, request: HttpRequest, user: User) -> Document:
    return untrash(document_id, actor=user)


def _hold(document_id: uuid.UUID, request: HttpRequest, user: User) -> Document:
    return hold(document_id, actor=user, reason=request.POST.get("reason", ""))


def _lift(document_id: uuid.UUID, request: HttpRequest, user: User) -> Document:
    return lift_hold(document_id, actor=user)


untrash_view = _of_document(_untrash, lambda: _("The document is out of the trash."))
hold_view = _of_document(_hold, lambda: _("The document is on legal hold."))
lift_view = _of_document(_lift, lambda: _("The legal hold is lifted."))

urlpatterns = [
    path("trash/", trash_view, name="trash"),
    path("trash/<uuid:team_id>/empty/", empty_view, name="trash-empty"),
    path("trash/<uuid:team_id>/keep/", keep_view, name="trash-keep"),
    path("documents/<uuid:document_id>/untrash/", untrash_view, name="document-untrash"),
    path("documents/<uuid:document_id>/hold/", hold_view, name="document-hold"),
    path("documents/<uuid:document_id>/lift-hold/", lift_view, name="document-lift-hold"),
]
