"""Teams, their members and their tags: the ids that other requests want."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import Ability, require_team, teams_of
from documents.api.openapi.describe import describe, page_of
from documents.api.openapi.shapes.accounts import Member, TagShape, TeamShape
from documents.api.pagination import ListParameters, paginate
from documents.api.views import ApiView
from documents.exports import links
from documents.models import Membership, Tag, Team, User
from documents.text.timestamps import iso_time


class TagFilters(ListParameters):
    team = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=100)


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


class TeamView(ApiView):
    @describe("Show a team", {200: TeamShape})
    def get(self, request: Request, team_id: uuid.UUID) -> Response:
        require_team(self.user, Ability.SEE, team_id)
        return Response(team_data(teams_with_roles(self.user).get(id=team_id)))


class MembersView(ApiView):
    """Whoever is in a team sees who else is."""

    @describe("List the members of a team", {200: page_of(Member, "Member")}, query=ListParameters)
    def get(self, request: Request, team_id: uuid.UUID) -> Response:
        team = require_team(self.user, Ability.SEE, team_id)
        parameters = ListParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        return paginate(
            request,
            team.memberships.select_related("user"),
            _member_data,
            parameters=parameters.validated_data,
            ordering="id",
        )


class TagsView(ApiView):
    @describe("List tags", {200: page_of(TagShape, "Tag")}, query=TagFilters)
    def get(self, request: Request) -> Response:
        parameters = TagFilters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        tags = Tag.objects.filter(team__in=teams_of(self.user))
        if "team" in parameters.validated_data:
            tags = tags.filter(team__in=parameters.validated_data["team"])
        return paginate(
            request,
            tags,
            lambda tag: {"id": str(tag.id), "name": tag.name, "team": str(tag.team_id)},
            parameters=parameters.validated_data,
            ordering="name",
        )


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


def _member_data(membership: Membership) -> dict[str, Any]:
    """`invited`: has not set a password yet."""
    user = membership.user
    return {
        "username": user.username,
        "name": user.display_name,
        "role": membership.role,
        "active": user.is_active,
        "invited": not user.has_usable_password(),
    }
