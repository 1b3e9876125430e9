"""Who may log in: the business of administrators alone."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import admin as auth_admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from documents.admin.base import TitledByContent
from documents.admin.teams import MembershipsInline
from documents.models import User


class UserAdmin(TitledByContent, auth_admin.UserAdmin):
    """What a person may do follows from their teams, so Django's groups and single permissions
    are not offered."""

    list_display = ("username", "first_name", "last_name", "email", "is_staff", "is_active")
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
                "fields": ("username", "usable_password", "password1", "password2", "is_staff"),
            },
        ),
    )

    def get_changeform_initial_data(self, request: HttpRequest) -> Any:
        """Whoever is added here is meant to work here."""
        return {"is_staff": True, **super().get_changeform_initial_data(request)}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return bool(request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return bool(request.user.is_superuser)
