"""What the admin's first page says of the archive as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings

from documents import access
from documents.access import Ability
from documents.bucket.health import BucketState, watch
from documents.errors import EngineUnavailable, notice_of
from documents.models import Status, WorkerKind, WorkerProcess
from documents.models.worker import EngineState
from documents.notices import Notice, gettext_noop
from documents.replication.sync import unkept

register = template.Library()


@dataclass(frozen=True)
class ArchiveState:
    """`warnings`: of this start of the site. `unfinished` and `unmirrored` count only documents
    that the person may see. `bucket`: None where there is none and none is wanted."""

    warnings: list[str]
    readers: list[WorkerProcess]
    unfinished: int
    may_upload: bool
    bucket: BucketState | None
    unmirrored: int


@register.filter
def archive_first(apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The archive's own models on top, whatever its name is in this language."""
    return sorted(apps, key=lambda app: app["app_label"] != "documents")


@register.filter
def said(warning: str) -> str:
    """A warning in the reader's language; "" where it is known in English only."""
    return warning.said() if isinstance(warning, Notice) else ""


@register.filter
def said_in_english(warning: str) -> str:
    """What of a warning is known in English only, and not said yet; "" where all of it is."""
    if not isinstance(warning, Notice):
        return warning
    return "" if warning.said() == warning else warning.detail


@register.filter
def reader_complaint(reader: WorkerProcess) -> Notice | None:
    """Why a reader has no engine; None where it has, or loads one for the first time."""
    if not reader.engine_detail:
        return None
    if reader.engine_state == EngineState.ABSENT:
        return notice_of(EngineUnavailable(reader.engine_detail))
    text = gettext_noop("The OCR engine did not load; it is tried again.")
    return Notice(text, english=reader.engine_detail)


@register.simple_tag(takes_context=True)
def archive_state(context: dict[str, Any]) -> ArchiveState:
    user = context["request"].user
    bucket = watch.state()
    unfinished = access.visible_to(user).filter(
        status__in=(Status.QUEUED, Status.PROCESSING), trashed_at=None
    )
    return ArchiveState(
        warnings=list(context.get("start_warnings", ())),
        readers=list(WorkerProcess.alive().filter(kind=WorkerKind.OCR).order_by("id")),
        unfinished=unfinished.count(),
        may_upload=access.may_somewhere(user, Ability.UPLOAD),
        bucket=None if bucket.word == "not_configured" else bucket,
        unmirrored=unkept(access.visible_to(user)).count() if settings.OCRSITE_BUCKET else 0,
    )
