"""What the admin's first page says of the archive as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings

from documents import access
from documents.access import Ability
from documents.archive.keeping import unkept
from documents.bucket_watch import BucketState, watch
from documents.models import Status, WorkerProcess

register = template.Library()


@dataclass(frozen=True)
class ArchiveState:
    """`unfinished` and `unmirrored` count only documents that the person may see. `bucket`: None
    where there is none and none is wanted."""

    readers: list[WorkerProcess]
    unfinished: int
    may_upload: bool
    bucket: BucketState | None
    unmirrored: int


@register.filter
def archive_first(apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The archive's own models on top, whatever its name is in this language."""
    return sorted(apps, key=lambda app: app["app_label"] != "documents")


@register.simple_tag(takes_context=True)
def archive_state(context: dict[str, Any]) -> ArchiveState:
    user = context["request"].user
    bucket = watch.state()
    unfinished = access.visible_to(user).filter(
        status__in=(Status.QUEUED, Status.PROCESSING), trashed_at=None
    )
    return ArchiveState(
        readers=list(WorkerProcess.alive().exclude(kind="chores").order_by("id")),
        unfinished=unfinished.count(),
        may_upload=access.may_somewhere(user, Ability.UPLOAD),
        bucket=None if bucket.word == "not_configured" else bucket,
        unmirrored=unkept(access.visible_to(user)).count() if settings.OCRSITE_BUCKET else 0,
    )
