"""The page on which a team's managers look after it: its name, its members, invitations."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from documents import access
from documents.access import Ability
from documents.actions.change_role import change_role
from documents.actions.invitation_key import make_invitation_key
from documents.actions.invite_member import invite_member
from documents.actions.remove_member import remove_member
from documents.actions.rename_team import rename_team
from documents.actions.renew_invitation import renew_invitation
from documents.admin.forms import InviteForm, NoFields, RenameTeamForm, RoleForm
from documents.admin.requests import actor, show_error
from documents.errors import ArchiveError
from documents.models import Role, Team, User

Act = Callable[[HttpRequest, uuid.UUID, dict[str, Any]], "HttpResponse | None"]


@require_safe
def members_view(request: HttpRequest, team_id: uuid.UUID) -> HttpResponse:
    try:
        team = access.require_team(actor(request), Ability.MANAGE, team_id)
    except ArchiveError as error:
        show_error(request, error)
        return redirect("admin:index")
    return _show(request, team)


def _show(request: HttpRequest, team: Team, invited: User | None = None) -> HttpResponse:
    """`invited`: whose invitation was made by this request. Its link is shown this once."""
    members = team.memberships.select_related("user").order_by("user__username")
    context = {
        **admin.site.each_context(request),
        "title": _("Members of “%(team)s”") % {"team": team.name},
        "team": team,
        "members": members,
        "roles": Role.choices,
        "default_role": Role.REVIEWER,
        "invited": invited,
    }
    if invited is not None:
        # The secret is in the query, which is not logged.
        key = urlencode({"key": make_invitation_key(invited)})
        context["link"] = f"{reverse('invitation')}?{key}"
        context["address"] = request.build_absolute_uri(context["link"])
    return render(request, "admin/documents/team/members.html", context)


def _verb(form_class: type[forms.Form], act: Act) -> Callable[..., HttpResponse]:
    """A view that calls `act` with the form's values and returns to the page of members."""

    @require_POST
    def view(request: HttpRequest, team_id: uuid.UUID, **where: int) -> HttpResponse:
        form = form_class(request.POST)
        form.is_valid()  # texts only: what they may be is the action's rule
        try:
            response = act(request, team_id, {**form.cleaned_data, **where})
        except ArchiveError as error:
            show_error(request, error)
            response = None
        if response is not None:
            return response
        if access.may(request.user, Ability.MANAGE, team_id):
            return redirect("admin:documents_team_members", team_id)
        return redirect("admin:index")  # they have just left, or have never been here

    return view


def _rename(request: HttpRequest, team_id: uuid.UUID, values: dict[str, Any]) -> None:
    rename_team(team_id, values["name"], actor=actor(request))
    messages.success(request, _("Saved."))


def _invite(request: HttpRequest, team_id: uuid.UUID, values: dict[str, Any]) -> HttpResponse:
    made = invite_member(team_id, values["username"], values["role"], actor=actor(request))
    return _show(request, made.team, made.user)


def _renew(request: HttpRequest, team_id: uuid.UUID, values: dict[str, Any]) -> HttpResponse:
    renewed = renew_invitation(values["membership_id"], actor=actor(request))
    return _show(request, renewed.team, renewed.user)


def _change_role(request: HttpRequest, team_id: uuid.UUID, values: dict[str, Any]) -> None:
    change_role(values["membership_id"], values["role"], actor=actor(request))
    messages.success(request, _("Saved."))


def _remove(request: HttpRequest, team_id: uuid.UUID, values: dict[str, Any]) -> None:
    remove_member(values["membership_id"], actor=actor(request))
    messages.success(request, _("The member has left the team."))


_MEMBER = "<uuid:team_id>/members/<int:membership_id>/"

#: Address, view, name. All begin at the list of teams.
ADDRESSES: list[tuple[str, Callable[..., HttpResponse], str]] = [
    ("<uuid:team_id>/members/", members_view, "members"),
    ("<uuid:team_id>/rename/", _verb(RenameTeamForm, _rename), "rename"),
    ("<uuid:team_id>/invite/", _verb(InviteForm, _invite), "invite"),
    (f"{_MEMBER}role/", _verb(RoleForm, _change_role), "role"),
    (f"{_MEMBER}remove/", _verb(NoFields, _remove), "remove"),
    (f"{_MEMBER}invite/", _verb(NoFields, _renew), "renew"),
]
