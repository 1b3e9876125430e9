"""Where documents come from by themselves: each source with what it brought and what is wrong."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from documents.access import Ability, administers, teams_where
from documents.actions.manage_source import require_source, sources_visible_to
from documents.bucket.configured import configured_bucket
from documents.messages import Message, message_from_json
from documents.models import (
    Document,
    ItemStatus,
    OriginKind,
    Source,
    SourceItem,
    SourceKind,
    Team,
    User,
)
from documents.models.source import ORIGINS
from documents.web.guard import for_people, person
from documents.web.refusals import show_missing

#: Items that a page shows.
PAGE_SIZE = 50

ICONS = {SourceKind.FOLDER: "inbox", SourceKind.MAILBOX: "mail", SourceKind.BUCKET: "archive"}
_STATUSES: dict[str, tuple[str | Promise, str]] = {
    ItemStatus.TAKEN: (_("taken in"), "ok"),
    ItemStatus.WAITING: (_("waiting"), "busy"),
    ItemStatus.REFUSED: (_("refused"), "warn"),
    ItemStatus.FAILED: (_("failed"), "bad"),
}


@dataclass(frozen=True)
class Shown:
    """A source as its pages show it. `state` and its `badge`; `place`: where it looks."""

    source: Source
    icon: str
    state: str | Promise
    badge: str
    place: str
    error: str
    documents_url: str

    @classmethod
    def of(cls, source: Source) -> Shown:
        state, badge = _describe_state(source)
        return cls(
            source=source,
            icon=ICONS[SourceKind(source.kind)],
            state=state,
            badge=badge,
            place=_describe_place(source),
            error=source.error_text.translated() if source.error_code else "",
            documents_url=documents_url(source),
        )

    @property
    def busy(self) -> bool:
        """Whether something is happening that the page should show by itself."""
        return self.source.check_wanted or (
            self.source.kind != SourceKind.FOLDER and self.source.is_running
        )


@dataclass(frozen=True)
class ShownItem:
    item: SourceItem
    label: str | Promise
    badge: str
    error: str


def documents_url(source: Source) -> str:
    """The list of what it brought, under all of its names."""
    query = [("origin", source.origin_kind.value), *(("origin_name", n) for n in source.names)]
    return f"{reverse('web:documents')}?{urlencode(query)}"


def find_source_of(user: User, document: Document) -> Source | None:
    """That which brought the document, if the person may see it."""
    kinds = [kind for kind, origin in ORIGINS.items() if origin == document.origin_kind]
    if not kinds or document.origin_kind not in (
        OriginKind.FOLDER,
        OriginKind.MAIL,
        OriginKind.BUCKET,
    ):
        return None
    name = document.origin_name
    found = [
        source for source in sources_visible_to(user).filter(kind__in=kinds) if name in source.names
    ]
    return min(found, key=lambda source: source.team_id != document.team_id, default=None)


@never_cache
@for_people
@require_safe
def sources_view(request: HttpRequest) -> HttpResponseBase:
    user = person(request)
    sources = sources_visible_to(user).order_by("team__name", "name")
    context = {
        "sources": [Shown.of(source) for source in sources],
        "may_add": teams_where(user, Ability.MANAGE).exists(),
        "has_bucket": configured_bucket() is not None,
        "administers": administers(user),
    }
    return render(request, "web/sources/sources.html", context)


@never_cache
@for_people
@show_missing
@require_safe
def source_view(request: HttpRequest, source_id: uuid.UUID) -> HttpResponseBase:
    source = require_source(source_id, actor=person(request))
    status = request.GET.get("status", "")
    items, more = _list_items(request, source, status)
    context = {
        "shown": Shown.of(source),
        "source": source,
        "checked": _describe_check(source),
        "items": items,
        "older": more,
        "status": status,
        "statuses": [(value, label) for value, (label, _badge) in _STATUSES.items()],
        "unsuccessful": source.items.filter(status__in=("refused", "failed")).exists(),
        "mapped": _map_folders(source),
        "waiting": source.cursor.get("waiting", 0) if source.kind == SourceKind.FOLDER else 0,
    }
    return render(request, "web/sources/source.html", context)


def _describe_state(source: Source) -> tuple[str | Promise, str]:
    if not source.enabled:
        return _("paused"), "warn"
    if source.error_code:
        return _("does not work"), "bad"
    if source.kind != SourceKind.FOLDER and source.is_running:
        return _("is being asked"), "busy"
    if source.last_success_at is None:
        return _("not asked yet"), "quiet"
    return _("works"), "ok"


def _describe_place(source: Source) -> str:
    options = source.options
    if source.kind == SourceKind.FOLDER:
        return str(options.get("path", ""))
    if source.kind == SourceKind.BUCKET:
        return str(options["prefix"])
    return f"{options['user']} · {options['host']} · {', '.join(options['folders'])}"


def _describe_check(source: Source) -> dict[str, Any] | None:
    if source.checked is None:
        return None
    message = source.checked.get("error_message")
    return {
        "when": parse_datetime(source.checked["at"]),
        "found": source.checked.get("found"),
        "error": message_from_json(message).translated() if message else "",
    }


def _list_items(
    request: HttpRequest, source: Source, status: str
) -> tuple[list[ShownItem], int | None]:
    """The newest ones before the row that is asked for, and the row of the next page."""
    items = source.items.select_related("document").order_by("-id")
    if status in ItemStatus.values:
        items = items.filter(status=status)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit():
        items = items.filter(id__lt=min(int(before), 2**63 - 1))
    found = list(items[: PAGE_SIZE + 1])
    more = found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None
    return [_show_item(item) for item in found[:PAGE_SIZE]], more


def _show_item(item: SourceItem) -> ShownItem:
    label, badge = _STATUSES[item.status]
    error = item.error_text.translated() if item.error_code else ""
    if item.status == ItemStatus.WAITING and not item.error_code:
        error = ""
    return ShownItem(item, label, badge, error)


def _map_folders(source: Source) -> list[tuple[str, str]]:
    """`(path, what it means)` of the watched folder: how its sub-folders are understood."""
    if source.kind != SourceKind.FOLDER:
        return []
    root = PurePosixPath(source.options.get("path", ""))
    names = list(Team.objects.order_by("name").values_list("name", flat=True)[:20])
    mapped = [
        (f"{root}/{name}/", Message("the team “{team}”", team=name).translated()) for name in names
    ]
    tag = Message("the tags “2026” and “contracts”, of the first team").translated()
    return [*mapped, (f"{root}/2026/contracts/", tag)]


urlpatterns = [
    path("sources/", sources_view, name="sources"),
    path("sources/<uuid:source_id>/", source_view, name="sources-one"),
]
