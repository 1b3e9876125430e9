"""Teams: the ids that other requests want."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import Ability, require_team, teams_of
from documents.actions.create_team import create_team
from documents.actions.rename_team import NAME_LENGTH, rename_team
from documents.api.fields import StrictSerializer
from documents.api.openapi.describe import describe, page_of
from documents.api.openapi.shapes.accounts import TeamShape
from documents.api.pagination import ListParameters, paginate
from documents.api.views import ApiView
from documents.exports import links
from documents.models import Team, User
from documents.text.timestamps import iso_time


class TeamName(StrictSerializer):
    name = serializers.CharField(max_length=NAME_LENGTH)


class TeamsView(ApiView):
    """The teams that the user is in; of a superuser: all."""

    @describe("List your teams", {200: page_of(TeamShape, "Team")}, query=ListParameters)
    def get(self, request: Request) -> Response:
        parameters = ListParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        return paginate(
            request,
            teams_with_roles(self.user),
            team_data,
            parameters=parameters.validated_data,
            ordering="name",
        )

    @describe("Make a team", {201: TeamShape}, body=TeamName)
    def post(self, request: Request) -> Response:
        """For administrators. Add members afterwards; who makes it is none."""
        given = TeamName(data=request.data)
        given.is_valid(raise_exception=True)
        team = create_team(given.validated_data["name"], actor=self.user)
        shown = team_data(teams_with_roles(self.user).get(id=team.id))
        return Response(shown, status=201, headers={"Location": links.team_url(team.id)})


class TeamView(ApiView):
    @describe("Show a team", {200: TeamShape})
    def get(self, request: Request, team_id: uuid.UUID) -> Response:
        require_team(self.user, Ability.SEE, team_id)
        return Response(team_data(teams_with_roles(self.user).get(id=team_id)))

    @describe("Rename a team", {200: TeamShape}, body=TeamName)
    def patch(self, request: Request, team_id: uuid.UUID) -> Response:
        """For its managers."""
        given = TeamName(data=request.data)
        given.is_valid(raise_exception=True)
        rename_team(team_id, given.validated_data["name"], actor=self.user)
        return Response(team_data(teams_with_roles(self.user).get(id=team_id)))


def teams_with_roles(user: User) -> QuerySet[Team]:
    """The teams of `teams_of`, with `role` and `is_default` of the user's own membership."""
    own = FilteredRelation("memberships", condition=Q(memberships__user=user))
    teams = Team.objects.filter(id__in=teams_of(user).values("id"))
    return teams.annotate(own=own, role=F("own__role"), is_default=F("own__is_default"))


def team_data(team: Any) -> dict[str, Any]:
    """`team`: of `teams_with_roles`. `role` is null for a superuser who is no member."""
    return {
        "id": str(team.id),
        "name": team.name,
        "role": team.role,
        "is_default": bool(team.is_default),
        "created_at": iso_time(team.created_at),
        "links": {"self": links.team_url(team.id), "members": links.team_members_url(team.id)},
    }
