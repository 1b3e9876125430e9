"""Tags, team by team. Renaming or deleting one changes the documents that carry it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _

from documents import access
from documents.access import Ability
from documents.actions.tagging import delete_tag, name_taken, rename_tag
from documents.models import Tag


class TagForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        name = " ".join(cleaned.get("name", "").split())
        team = cleaned.get("team") or (None if self.instance._state.adding else self.instance.team)
        if team and name_taken(team.id, name, but=self.instance.id):
            self.add_error("name", _("The team has a tag of this name."))
        return {**cleaned, "name": name}


class TagAdmin(admin.ModelAdmin):
    form = TagForm
    list_display = ("name", "team")
    list_select_related = ("team",)
    search_fields = ("name",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        return Tag.objects.filter(team__in=access.teams_of(request.user))

    def get_readonly_fields(self, request: HttpRequest, obj: Tag | None = None) -> Any:
        return ("team",) if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "team":
            kwargs["queryset"] = access.teams_where(request.user, Ability.EDIT)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # --- who ----------------------------------------------------------------------------------

    def has_module_permission(self, request: HttpRequest) -> bool:
        return access.teams_of(request.user).exists()

    def has_view_permission(self, request: HttpRequest, obj: Tag | None = None) -> bool:
        if obj is None:
            return self.has_module_permission(request)
        return access.may(request.user, Ability.SEE, obj.team_id)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return access.may_somewhere(request.user, Ability.EDIT)

    def has_change_permission(self, request: HttpRequest, obj: Tag | None = None) -> bool:
        if obj is None:
            return self.has_add_permission(request)
        return access.may(request.user, Ability.EDIT, obj.team_id)

    has_delete_permission = has_change_permission

    # --- what ---------------------------------------------------------------------------------

    def save_model(
        self, request: HttpRequest, obj: Tag, form: ModelForm[Tag], change: bool
    ) -> None:
        if change:
            rename_tag(obj.id, obj.name)
        else:
            obj.save()

    def delete_model(self, request: HttpRequest, obj: Tag) -> None:
        delete_tag(obj.id)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Tag]) -> None:
        for tag in queryset:
            if self.has_delete_permission(request, tag):
                delete_tag(tag.id)
