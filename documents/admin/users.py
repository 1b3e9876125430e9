"""The people and programs that may log in. Only administrators see and change them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.forms import AdminUserCreationForm
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from documents.actions.add_member import add_member
from documents.admin.base import SuperuserPermissions, TitledByContent
from documents.admin.log_out import log_out_everywhere_page
from documents.admin.requests import actor
from documents.admin.teams import MembershipsInline
from documents.models import Role, Team, User


class NewUserForm(AdminUserCreationForm):
    """With the team, so that the person can begin at once."""

    team = forms.ModelChoiceField(Team.objects.all(), label=_("Team"), required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.REVIEWER)


class UserAdmin(SuperuserPermissions, TitledByContent, auth_admin.UserAdmin):
    """What a person may do follows from their teams, so Django's groups and single permissions
    are not offered."""

    add_form = NewUserForm
    list_display = ("username", "first_name", "last_name", "roles", "is_superuser", "is_active")
    list_filter = ("is_active", "is_staff", "is_superuser", "teams")
    filter_horizontal = ()
    inlines = (MembershipsInline,)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Personal info"), {"fields": ("first_name", "last_name", "email")}),
        (_("Permissions"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Important dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (
                    "username",
                    "team",
                    "role",
                    "usable_password",
                    "password1",
                    "password2",
                    "is_staff",
                ),
            },
        ),
    )

    @admin.display(description=_("teams"))
    def roles(self, user: User) -> str:
        return ", ".join(
            f"{membership.team} ({membership.get_role_display()})"
            for membership in user.memberships.all()
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships__team")

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """A new user is put into a team by the form itself."""
        return self.inlines if obj is not None else ()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        team = form.cleaned_data.get("team")
        if not change and team is not None:
            add_member(
                team.id, form.instance.username, form.cleaned_data["role"], actor=actor(request)
            )

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(log_out_everywhere_page)
        return [
            path("log-out-everywhere/", page, name="log_out_everywhere"),
            path("<int:user_id>/log-out-everywhere/", page, name="log_out_user_everywhere"),
            *super().get_urls(),
        ]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Django looks for the user first, and so would tell anybody which ids there are."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)
