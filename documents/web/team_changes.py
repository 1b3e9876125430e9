"""What managers change on their team's page: each address calls one action and leads back."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from documents import access
from documents.access import Ability
from documents.actions.add_member import add_member
from documents.actions.change_role import change_role
from documents.actions.invite_member import invite_member
from documents.actions.remove_member import remove_member
from documents.actions.rename_team import rename_team
from documents.actions.renew_invitation import renew_invitation
from documents.actions.set_audit_days import set_audit_days
from documents.actions.set_trash_rule import count_deleted_by, set_trash_rule
from documents.actions.withdraw_invitation import withdraw_invitation
from documents.errors import ArchiveError, InvalidRequest, NotFound
from documents.messages import Message
from documents.models import Membership, User
from documents.web.guard import for_people, person
from documents.web.team import show_team

#: What a change answers: a page, or None for the team's page with the messages there.
Change = Callable[[HttpRequest, uuid.UUID, User], "HttpResponse | None"]


def _change(form: str, change: Change) -> Callable[..., HttpResponseBase]:
    """A view that calls `change`. What is wrong with the form of that name is shown beside it,
    every other refusal at the top of the team's page."""

    @require_POST
    @for_people
    def view(request: HttpRequest, team_id: uuid.UUID) -> HttpResponseBase:
        try:
            answer = change(request, team_id, person(request))
        except InvalidRequest as error:
            team = access.require_team(person(request), Ability.MANAGE, team_id)
            return show_team(request, team, wrong={form: " ".join(_texts(error))})
        except NotFound:
            access.require_team(person(request), Ability.SEE, team_id)  # raises for a foreign team
            messages.error(request, _("There is no such member here."))
            return redirect("web:team-page", team_id)
        except ArchiveError as error:
            messages.error(request, error.translated())
            return redirect("web:team-page", team_id)
        return answer or redirect("web:team-page", team_id)

    return view


def _texts(error: InvalidRequest) -> list[str]:
    said = [text.translated() for texts in error.fields.values() for text in texts]
    return said or [error.translated()]


def _membership_id(request: HttpRequest, team_id: uuid.UUID) -> int:
    """That of the form's member, who must be of this team. Raises NotFound."""
    text = request.POST.get("member", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    if not Membership.objects.filter(pk=number, team=team_id).exists():
        raise NotFound(Message("There is no such member here."))
    return number


def _rename(request: HttpRequest, team_id: uuid.UUID, user: User) -> None:
    rename_team(team_id, request.POST.get("name", ""), actor=user)
    messages.success(request, _("Saved."))


def _invite(request: HttpRequest, team_id: uuid.UUID, user: User) -> HttpResponse:
    made = invite_member(
        team_id, request.POST.get("username", ""), request.POST.get("role", ""), actor=user
    )
    return show_team(request, made.team, invited=made.user)


def _add(request: HttpRequest, team_id: uuid.UUID, user: User) -> None:
    made = add_member(
        team_id, request.POST.get("username", ""), request.POST.get("role", ""), actor=user
    )
    messages.success(request, _("“%(name)s” is a member now.") % {"name": made.user.display_name})


def _renew(request: HttpRequest, team_id: uuid.UUID, user: User) -> HttpResponse:
    renewed = renew_invitation(_membership_id(request, team_id), actor=user)
    return show_team(request, renewed.team, invited=renewed.user)


def _withdraw(request: HttpRequest, team_id: uuid.UUID, user: User) -> None:
    withdraw_invitation(_membership_id(request, team_id), actor=user)
    messages.success(request, _("The invitation is withdrawn."))


def _set_role(request: HttpRequest, team_id: uuid.UUID, user: User) -> None:
    change_role(_membership_id(request, team_id), request.POST.get("role", ""), actor=user)
    messages.success(request, _("Saved."))


def _remove(request: HttpRequest, team_id: uuid.UUID, user: User) -> HttpResponse | None:
    remove_member(_membership_id(request, team_id), actor=user)
    messages.success(request, _("The member has left the team."))
    if access.teams_of(user).filter(id=team_id).exists():
        return None
    return redirect("web:team")


def _set_trash_days(request: HttpRequest, team_id: uuid.UUID, user: User) -> None:
    days = _number(request, "days") if request.POST.get("keeps") == "days" else None
    before = access.teams_of(user).filter(id=team_id).values_list("trash_days", flat=True).first()
    team = set_trash_rule(team_id, days, actor=user)
    due = count_deleted_by(team, days) if days and days != before else 0
    if due:
        text = ngettext(
            "From tomorrow on, %(count)d document that lies there for so long is deleted for "
            "good. Until then you can take the rule back.",
            "From tomorrow on, %(count)d documents that lie there for so long are deleted for "
            "good. Until then you can take the rule back.",
            due,
        )
        messages.warning(request, text % {"count": due})
    else:
        messages.success(request, _("Saved."))


def _set_audit_days(request: HttpRequest, team_id: uuid.UUID, user: User) -> None:
    set_audit_days(team_id, _number(request, "audit_days"), actor=user)
    messages.success(request, _("Saved."))


def _number(request: HttpRequest, name: str) -> int:
    """Raises InvalidRequest."""
    text = request.POST.get(name, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise InvalidRequest.for_field(name, Message("Enter a number of days."))
    return int(text)


_TEAM = "team/<uuid:team_id>/"

urlpatterns = [
    path(f"{_TEAM}rename/", _change("name", _rename), name="team-rename"),
    path(f"{_TEAM}invite/", _change("invite", _invite), name="team-invite"),
    path(f"{_TEAM}add/", _change("add", _add), name="team-add"),
    path(f"{_TEAM}renew/", _change("renew", _renew), name="team-renew"),
    path(f"{_TEAM}withdraw/", _change("withdraw", _withdraw), name="team-withdraw"),
    path(f"{_TEAM}role/", _change("role", _set_role), name="team-role"),
    path(f"{_TEAM}remove/", _change("remove", _remove), name="team-remove"),
    path(f"{_TEAM}trash-days/", _change("trash", _set_trash_days), name="team-trash-days"),
    path(f"{_TEAM}audit-days/", _change("audit", _set_audit_days), name="team-audit-days"),
]
