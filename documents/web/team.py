"""A team's page: its members; for its managers also what it does and for how long it keeps."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone

from documents import access
from documents.access import Ability
from documents.actions.invitation_key import make_invitation_key
from documents.actions.set_audit_days import FEWEST_DAYS as FEWEST_AUDIT_DAYS
from documents.actions.set_trash_rule import MOST_DAYS, count_deleted_by
from documents.audit.activity import measure_activity
from documents.models import Membership, Role, Team, User
from documents.web.bars import draw_bars
from documents.web.guard import for_people, person


@for_people
def team_view(request: HttpRequest, team_id: uuid.UUID | None = None) -> HttpResponseBase:
    """Without an id the person's default team, or their first."""
    teams = list(access.teams_of(person(request)))
    team = find_team(person(request), teams, team_id)
    if team is None:
        return render(request, "web/team/none.html")
    return show_team(request, team, teams)


def show_team(
    request: HttpRequest,
    team: Team,
    teams: list[Team] | None = None,
    *,
    invited: User | None = None,
    wrong: dict[str, str] | None = None,
) -> HttpResponse:
    """`invited`: whose invitation was made by this request; its link is shown this once. `wrong`:
    what was wrong with a form of this page, by the form's name."""
    user = person(request)
    members = list(
        team.memberships.select_related("user").order_by("user__first_name", "user__username")
    )
    context: dict[str, Any] = {
        "team": team,
        "teams": teams if teams is not None else list(access.teams_of(user)),
        "members": [member for member in members if not _is_invited(member)],
        "manages": access.may(user, Ability.MANAGE, team),
        "roles": Role.choices,
        "wrong": wrong or {},
    }
    if context["manages"]:
        context.update(_describe_for_managers(user, team, members))
    if invited is not None:
        context["invited"] = invited
        context["address"] = build_invitation_address(request, invited)
    return render(request, "web/team/team.html", context, status=400 if wrong else 200)


def build_invitation_address(request: HttpRequest, invited: User) -> str:
    """The link's secret is in the query, which is not logged."""
    key = urlencode({"key": make_invitation_key(invited)})
    return request.build_absolute_uri(f"{reverse('invitation')}?{key}")


def _describe_for_managers(user: User, team: Team, members: list[Membership]) -> dict[str, Any]:
    activity = measure_activity(team)
    own = {member.user_id for member in members}
    return {
        "pending": [member for member in members if _is_invited(member)],
        "known": [
            known
            for known in access.people_known_to(user).order_by("username")[:200]
            if known.pk not in own
        ],
        "default_role": Role.REVIEWER,
        "activity": activity,
        "charts": draw_bars(activity),
        "most_days": MOST_DAYS,
        "fewest_audit_days": FEWEST_AUDIT_DAYS,
        "now": timezone.now(),
        "due": count_deleted_by(team, team.trash_days) if team.trash_days else 0,
        "review_rules": _find_review_rules(team),
    }


def _is_invited(member: Membership) -> bool:
    """Whether the person has an invitation that they have not accepted."""
    user = member.user
    return user.is_active and not user.has_usable_password() and not user.is_superuser


def find_team(user: User, teams: list[Team], team_id: uuid.UUID | None) -> Team | None:
    """That one of their `teams`; without an id their default one, or the first, or None where there
    are none. Raises Http404."""
    if team_id is not None:
        found = next((team for team in teams if team.id == team_id), None)
        if found is None:
            raise Http404
        return found
    default = user.memberships.filter(is_default=True).values_list("team", flat=True).first()
    return next((team for team in teams if team.id == default), teams[0] if teams else None)


def _find_review_rules(team: Team) -> str:
    for arguments in ([team.id], []):
        try:
            return reverse("web:review-rules", args=arguments)
        except NoReverseMatch:
            continue
    return ""


urlpatterns = [
    path("team/", team_view, name="team"),
    path("team/<uuid:team_id>/", team_view, name="team-page"),
]
