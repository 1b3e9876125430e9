"""Tags, team by team. Renaming or deleting one changes the documents that carry it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from documents import access
from documents.access import Ability
from documents.actions.create_tag import create_tag
from documents.actions.delete_tag import delete_tag
from documents.actions.rename_tag import rename_tag
from documents.admin.base import TeamPermissions, TitledByContent
from documents.admin.requests import actor
from documents.errors import InvalidRequest
from documents.models import Document, Tag
from documents.models.tag_names import is_tag_name_taken, normalize_tag_name

_CARRIED = Document.tags.through


class TagForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            name = normalize_tag_name(cleaned.get("name", ""), field="name")
        except InvalidRequest as error:
            self.add_error("name", error.translated())
            return cleaned
        team = cleaned.get("team") or (None if self.instance._state.adding else self.instance.team)
        if team and is_tag_name_taken(team.id, name, but=self.instance.id):
            self.add_error("name", _("The team has a tag of this name."))
        return {**cleaned, "name": name}


class TagAdmin(TeamPermissions, TitledByContent):
    add_ability = change_ability = delete_ability = Ability.EDIT
    form = TagForm
    list_display = ("name", "team", "documents_with_it")
    list_select_related = ("team",)
    search_fields = ("name",)
    show_full_result_count = False

    @admin.display(description=gettext_lazy("documents"), ordering="documents_number")
    def documents_with_it(self, tag: Any) -> SafeString:
        url = reverse("admin:documents_document_changelist")
        return format_html('<a href="{}?tag={}">{}</a>', url, tag.id, tag.documents_number)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        """With the number of documents that the documents' list shows for each: those of the tag's
        team (so a user who sees the tag may see them) that are listed."""
        shown = _CARRIED.objects.filter(
            tag=OuterRef("pk"),
            document__team=OuterRef("team"),
            document__trashed_at=None,
            document__replaced_by=None,
        )
        # A subquery per row, so that only the tags of the shown page are counted.
        number = _count_by_tag(shown).values("number")
        tags = Tag.objects.filter(team__in=access.teams_of(request.user))
        return tags.annotate(documents_number=Coalesce(Subquery(number), 0))

    def get_readonly_fields(self, request: HttpRequest, obj: Tag | None = None) -> Any:
        return ("team",) if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "team":
            kwargs["queryset"] = access.teams_where(request.user, Ability.EDIT)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Tag, form: ModelForm[Tag], change: bool
    ) -> None:
        if change:
            rename_tag(obj.id, obj.name, actor=actor(request))
        else:
            obj.pk = create_tag(obj.team_id, obj.name, actor=actor(request)).pk

    def get_deleted_objects(
        self, objs: Iterable[Tag], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """How many documents lose a tag: the documents themselves stay, and may be thousands."""
        tags = list(objs)
        carried = _documents_by_tag(tag.id for tag in tags)
        losses = [
            ngettext(
                "“%(tag)s” is removed from %(count)d document; the document stays",
                "“%(tag)s” is removed from %(count)d documents; the documents stay",
                carried.get(tag.id, 0),
            )
            % {"tag": tag.name, "count": carried.get(tag.id, 0)}
            for tag in tags
        ]
        allowed = all(self.has_delete_permission(request, tag) for tag in tags)
        missing_permissions = set() if allowed else {str(self.opts.verbose_name)}
        return losses, {str(self.opts.verbose_name_plural): len(tags)}, missing_permissions, []

    def delete_model(self, request: HttpRequest, obj: Tag) -> None:
        delete_tag(obj.id, actor=actor(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Tag]) -> None:
        for tag in queryset:
            delete_tag(tag.id, actor=actor(request))


def _documents_by_tag(tags: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """The number of documents with each tag, including those in the trash. Unused tags are left
    out."""
    carried = _CARRIED.objects.filter(tag__in=list(tags))
    return dict(_count_by_tag(carried).values_list("tag", "number"))


def _count_by_tag(carried: QuerySet[Any]) -> QuerySet[Any]:
    """`number` of documents, for each `tag`."""
    counted: QuerySet[Any] = carried.order_by().values("tag").annotate(number=Count("pk"))
    return counted
