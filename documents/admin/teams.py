"""Teams and their members: made by administrators, seen by those who are in them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from documents import access
from documents.admin.base import TitledByContent
from documents.admin.time_format import moment
from documents.models import FIRST_TEAM_ID, Membership, Team


class MembershipForm(forms.ModelForm):
    """Ticking another team as the default one takes the tick from the first."""

    class Meta:
        model = Membership
        fields = ("team", "user", "role", "is_default")

    def clean(self) -> dict[str, Any]:
        """Unticked while the model's rule of one default team is looked at: `save` keeps it."""
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


class MembersInline(admin.TabularInline):
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

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    has_change_permission = has_add_permission
    has_delete_permission = has_add_permission


class MembershipsInline(MembersInline):
    """The same, from the user's side."""

    fields = ("team", "role", "is_default")
    autocomplete_fields = ("team",)
    verbose_name = _("team")
    verbose_name_plural = _("teams")


class TeamAdmin(TitledByContent):
    list_display = ("name", "member_count", "made")
    search_fields = ("name",)
    fields = ("name",)
    inlines = (MembersInline,)

    @admin.display(description=_("members"), ordering="members_number")
    def member_count(self, team: Any) -> int:
        return int(team.members_number)

    @admin.display(description=_("created"), ordering="created_at")
    def made(self, team: Team) -> str:
        return moment(team.created_at)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        return access.teams_of(request.user).annotate(
            members_number=Count("members", distinct=True)
        )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return access.teams_of(request.user).exists()

    def has_view_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        teams = access.teams_of(request.user)
        return teams.exists() if obj is None else teams.filter(pk=obj.pk).exists()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        """A team that has documents can't go (the database says so as well), nor the first one:
        every start would make it again."""
        if obj is not None and (obj.pk == FIRST_TEAM_ID or obj.documents.exists()):
            return False
        return bool(request.user.is_superuser)
