"""The filters of the documents' list."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from documents import access
from documents.files.filetypes import ACCEPTED
from documents.models import Document, Tag
from documents.review.flags import FLAG_DESCRIPTIONS, has_any_flag
from documents.text.validation import parse_uuid

#: A longer list of tags is of no use; the list of tags leads to the documents of the others.
MOST_TAGS = 60


class TrashFilter(admin.SimpleListFilter):
    """Documents in the trash are shown on request only."""

    title = _("trash")
    parameter_name = "trash"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("only", _("in the trash")), ("also", _("everything"))]

    def choices(self, changelist: Any) -> Any:
        for choice in super().choices(changelist):
            if choice["query_string"] == changelist.get_query_string(remove=[self.parameter_name]):
                choice["display"] = _("not in the trash")
            yield choice

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "also":
            return queryset
        return queryset.trashed() if self.value() == "only" else queryset.listed()


class FlagFilter(admin.SimpleListFilter):
    title = _("what to look at")
    parameter_name = "flag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(flag.name, flag.label) for flag in FLAG_DESCRIPTIONS.values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> QuerySet[Document]:
        name = self.value()
        if not name:
            return queryset
        return (
            queryset.filter(has_any_flag([name])) if name in FLAG_DESCRIPTIONS else queryset.none()
        )


class TypeFilter(admin.SimpleListFilter):
    title = _("file type")
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.mime_type, kind.name) for kind in ACCEPTED]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> QuerySet[Document]:
        return queryset.filter(mime_type=self.value()) if self.value() else queryset


class TeamFilter(admin.SimpleListFilter):
    """Shown where there is a choice."""

    title = _("team")
    parameter_name = "team"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(team.id), team.name) for team in access.teams_of(request.user)]

    def has_output(self) -> bool:
        return len(self.lookup_choices) > 1

    def queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> QuerySet[Document]:
        return _filter_by_id(queryset, "team", self.value())


class TagFilter(admin.SimpleListFilter):
    """The first tags, the tag that the list is filtered by, and a link to the list of tags."""

    title = _("tag")
    parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        teams = access.teams_of(request.user)
        tags = Tag.objects.filter(team__in=teams).select_related("team")
        found = list(tags[: MOST_TAGS + 1])
        self.more, shown = len(found) > MOST_TAGS, found[:MOST_TAGS]
        chosen = parse_uuid(self.value())
        if self.more and chosen and chosen not in {tag.id for tag in shown}:
            shown += tags.filter(id=chosen)
        several = teams.count() > 1
        return [
            (str(tag.id), f"{tag.name} ({tag.team.name})" if several else tag.name) for tag in shown
        ]

    def choices(self, changelist: Any) -> Any:
        yield from super().choices(changelist)
        if self.more:
            url = reverse("admin:documents_tag_changelist")
            yield {"selected": False, "query_string": url, "display": _("all tags…")}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> QuerySet[Document]:
        return _filter_by_id(queryset, "tags", self.value())


def _filter_by_id(
    queryset: QuerySet[Document], field: str, value: str | None
) -> QuerySet[Document]:
    if not value:
        return queryset
    id_ = parse_uuid(value)
    return queryset.filter(**{field: id_}) if id_ else queryset.none()
