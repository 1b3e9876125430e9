"""Teams and their members: changed by administrators, visible to their members.

Managers, who are no administrators, change their own team on a page of its own (`members`).
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from documents import access
from documents.access import Ability
from documents.admin import members
from documents.admin.base import SuperuserPermissions, TitledByContent
from documents.admin.time_format import format_moment
from documents.models import FIRST_TEAM_ID, Membership, Team
from documents.text.validation import parse_uuid


class MembershipForm(forms.ModelForm):
    """Marking a team as the default one unmarks the user's other teams."""

    class Meta:
        model = Membership
        fields = ("team", "user", "role", "is_default")

    def clean(self) -> dict[str, Any]:
        """Unmarked while the model checks its rule of one default team; `save` sets the mark."""
        cleaned = super().clean() or {}
        self.becomes_default = bool(cleaned.get("is_default"))
        return {**cleaned, "is_default": False}

    def save(self, commit: bool = True) -> Membership:
        membership: Membership = super().save(commit=False)
        membership.is_default = self.becomes_default
        if commit:
            if membership.is_default:
                others = Membership.objects.filter(user=membership.user, is_default=True)
                others.exclude(pk=membership.pk).update(is_default=False)
            membership.save()
        return membership


class MembersInline(SuperuserPermissions, admin.TabularInline):
    model = Membership
    form = MembershipForm
    fields = ("user", "role", "is_default")
    autocomplete_fields = ("user",)
    verbose_name = _("member")
    verbose_name_plural = _("members")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user", "team")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


class MembershipsInline(MembersInline):
    """The same, from the user's side."""

    fields = ("team", "role", "is_default")
    autocomplete_fields = ("team",)
    verbose_name = _("team")
    verbose_name_plural = _("teams")


class TeamAdmin(SuperuserPermissions, TitledByContent):
    list_display = ("name", "member_count", "made")
    search_fields = ("name",)
    fields = ("name",)
    inlines = (MembersInline,)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path(address, wrap(view), name=f"documents_team_{name}")
            for address, view, name in members.ADDRESSES
        ]
        return own + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        team_id = parse_uuid(object_id)
        manages = team_id is not None and access.may(request.user, Ability.MANAGE, team_id)
        context = {"manages": manages, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    @admin.display(description=_("members"), ordering="members_number")
    def member_count(self, team: Any) -> int:
        return int(team.members_number)

    @admin.display(description=_("created"), ordering="created_at")
    def made(self, team: Team) -> str:
        return format_moment(team.created_at)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        return access.teams_of(request.user).annotate(
            members_number=Count("members", distinct=True)
        )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return access.teams_of(request.user).exists()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        teams = access.teams_of(request.user)
        return teams.exists() if obj is None else teams.filter(pk=obj.pk).exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A team with documents can't be deleted (the database refuses it too), nor the first
        team, which every start would make again."""
        if obj is not None and (obj.pk == FIRST_TEAM_ID or obj.documents.exists()):
            return False
        return super().has_delete_permission(request, obj)
