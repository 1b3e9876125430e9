"""Users, teams, tags and tokens."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from documents.api.openapi.shapes.values import Path, Time
from documents.models import Role, TokenScope


class IssuedToken(serializers.Serializer[Any]):
    token = serializers.CharField()
    expires_at = Time()


class SelfLink(serializers.Serializer[Any]):
    def get_fields(self) -> Any:
        return {"self": Path(), **super().get_fields()}


class TokenShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField(allow_blank=True, help_text="Empty where a log-in made it.")
    prefix = serializers.CharField(allow_blank=True, help_text="How its key begins.")
    scopes = serializers.ListField(child=serializers.ChoiceField(TokenScope.choices))
    teams = serializers.ListField(
        child=serializers.UUIDField(), help_text="None: all of its user's."
    )
    created_at = Time()
    expires_at = Time()
    last_used_at = Time(allow_null=True, help_text="To a minute.")
    current = serializers.BooleanField(help_text="This request came with it.")
    links = SelfLink()


class MadeToken(TokenShape):
    token = serializers.CharField(help_text="The key, shown this once.")


class TeamLinks(SelfLink):
    members = Path()


class TeamShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    role = serializers.ChoiceField(
        Role.choices, allow_null=True, help_text="Yours; null where you are no member."
    )
    is_default = serializers.BooleanField(help_text="Your uploads that name no team go here.")
    created_at = Time()
    links = TeamLinks()


class Member(serializers.Serializer[Any]):
    username = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField(Role.choices)
    active = serializers.BooleanField()
    invited = serializers.BooleanField(help_text="Has not set a password yet.")


class NewMemberShape(Member):
    """`invitation`: the path where they set a password; null for somebody who has an account."""

    invitation = Path(allow_null=True)


class TagShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    team = serializers.UUIDField()


class Me(serializers.Serializer[Any]):
    username = serializers.CharField()
    name = serializers.CharField()
    is_administrator = serializers.BooleanField()
    teams = TeamShape(many=True)
    token = TokenShape(allow_null=True)
