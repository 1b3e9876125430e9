"""The members of a team: list, add, invite, give another role, remove."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import Ability, require_team
from documents.actions.add_member import add_member
from documents.actions.change_role import change_role
from documents.actions.invitation_key import make_invitation_key
from documents.actions.invite_member import USERNAME_LENGTH, invite_member
from documents.actions.remove_member import remove_member
from documents.api.fields import StrictSerializer
from documents.api.openapi.describe import describe, page_of
from documents.api.openapi.shapes.accounts import Member, NewMemberShape
from documents.api.pagination import ListParameters, paginate
from documents.api.views import ApiView
from documents.errors import NotFound
from documents.messages import Message
from documents.models import Membership, Role, User


class NewMember(StrictSerializer):
    """`invite`: make an account that does not exist yet; the answer has the `invitation`."""

    username = serializers.CharField(max_length=USERNAME_LENGTH)
    role = serializers.ChoiceField(Role.choices)
    invite = serializers.BooleanField(required=False, default=False)


class NewRole(StrictSerializer):
    role = serializers.ChoiceField(Role.choices)


class MembersView(ApiView):
    """Whoever is in a team sees who else is; managers change it, with a token that has `admin`."""

    @describe("List the members of a team", {200: page_of(Member, "Member")}, query=ListParameters)
    def get(self, request: Request, team_id: uuid.UUID) -> Response:
        team = require_team(self.user, Ability.SEE, team_id)
        parameters = ListParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        return paginate(
            request,
            team.memberships.select_related("user"),
            member_data,
            parameters=parameters.validated_data,
            ordering="id",
        )

    @describe("Add or invite a member", {201: NewMemberShape}, body=NewMember)
    def post(self, request: Request, team_id: uuid.UUID) -> Response:
        """Somebody of another team of yours (an administrator: anybody); with `invite` somebody
        new, who sets a password at the path `invitation`, once, within three days."""
        serializer = NewMember(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        join = invite_member if given["invite"] else add_member
        made = join(team_id, given["username"], given["role"], actor=self.user)
        path = _invitation_path(made.user) if given["invite"] else None
        return Response({**member_data(made), "invitation": path}, status.HTTP_201_CREATED)


class MemberView(ApiView):
    @describe("Give a member another role", {200: Member}, body=NewRole, problems=(409,))
    def patch(self, request: Request, team_id: uuid.UUID, username: str) -> Response:
        given = NewRole(data=request.data)
        given.is_valid(raise_exception=True)
        membership = self._find(team_id, username)
        changed = change_role(membership.pk, given.validated_data["role"], actor=self.user)
        return Response(member_data(changed))

    @describe("Remove a member", {204: None}, problems=(409,))
    def delete(self, request: Request, team_id: uuid.UUID, username: str) -> Response:
        """From now on they see nothing of the team. Their account stays."""
        remove_member(self._find(team_id, username).pk, actor=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _find(self, team_id: uuid.UUID, username: str) -> Membership:
        """Raises NotFound, NotAllowed."""
        team = require_team(self.user, Ability.MANAGE, team_id)
        known = team.memberships.filter(user__username=username)
        # PostgreSQL has no NUL in a text.
        found = known.first() if username.isprintable() else None
        if found is None:
            raise NotFound(Message("There is no such member here."))
        return found


def member_data(membership: Membership) -> dict[str, Any]:
    """`invited`: has not set a password yet."""
    user = membership.user
    return {
        "username": user.username,
        "name": user.display_name,
        "role": membership.role,
        "active": user.is_active,
        "invited": not user.has_usable_password(),
    }


def _invitation_path(user: User) -> str:
    return f"{reverse('invitation')}?{urlencode({'key': make_invitation_key(user)})}"
