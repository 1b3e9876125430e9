"""The people and programs that may log in. Only administrators see and change them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import admin as auth_admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from documents.admin.base import SuperuserPermissions, TitledByContent
from documents.admin.log_out import log_out_everywhere_page
from documents.admin.teams import MembershipsInline


class UserAdmin(SuperuserPermissions, TitledByContent, auth_admin.UserAdmin):
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

    def get_changeform_initial_data(self, request: HttpRequest) -> Any:
        """New users may log in to the admin unless the form says otherwise."""
        return {"is_staff": True, **super().get_changeform_initial_data(request)}
