"""What the lists of the admin have in common: their headings, and who may do what."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst

from documents import access
from documents.access import Ability


class TitledByContent(admin.ModelAdmin):
    """A list is headed by what is in it. Django's own "Select ... to change" would decline the
    noun, which no catalogue can."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(
            request, {"title": capfirst(self.opts.verbose_name_plural), **(extra_context or {})}
        )


class TeamPermissions:
    """For a model with a `team`: what a user may do follows from their role in it.

    A user who sees the team sees its objects. The abilities say what else a role allows; where an
    ability is None, no user may.
    """

    add_ability: ClassVar[Ability | None] = None
    change_ability: ClassVar[Ability | None] = None
    delete_ability: ClassVar[Ability | None] = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return access.teams_of(request.user).exists()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may(request, Ability.SEE, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _may(request, self.add_ability)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may(request, self.change_ability, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may(request, self.delete_ability, obj)


class SuperuserPermissions:
    """For what administrators alone look after."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


class ReadOnly(SuperuserPermissions):
    """For what administrators look at and no form of the admin writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _may(request: HttpRequest, ability: Ability | None, obj: Any = None) -> bool:
    """Without an object: whether the user may do this in any team."""
    if ability is None:
        return False
    if obj is None:
        return access.may_somewhere(request.user, ability)
    return access.may(request.user, ability, obj.team_id)
