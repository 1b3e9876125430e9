"""The state of the archive as a whole, for the admin's first page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings

from documents import access
from documents.access import Ability
from documents.bucket.health import BucketState, watch
from documents.files.disk_space import describe_shortage, measure
from documents.files.storage import archive
from documents.messages import Message, message_from_json, verbatim
from documents.models import WorkerKind, WorkerProcess
from documents.replication.sync import documents_to_sync

register = template.Library()


@dataclass(frozen=True)
class ArchiveState:
    """`warnings`: of this start of the site, and of a disk that fills. `unfinished` and
    `unmirrored` count the documents that the user may see. `bucket`: None where none is
    configured."""

    warnings: list[str]
    ocr_workers: list[WorkerProcess]
    unfinished: int
    may_upload: bool
    bucket: BucketState | None
    unmirrored: int


@register.filter
def archive_first(apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The archive's own models first, whatever their names are in the active language."""
    return sorted(apps, key=lambda app: app["app_label"] != "documents")


@register.filter
def translated(warning: str) -> str:
    """The warning in the active language; "" where it exists in English only."""
    message = verbatim(warning)
    return "" if message.is_verbatim else message.translated()


@register.filter
def untranslated(warning: str) -> str:
    """The warning where it exists in English only, else ""."""
    return warning if verbatim(warning).is_verbatim else ""


@register.filter
def engine_problem(worker: WorkerProcess) -> Message | None:
    """Why an OCR worker has no engine; None where it has one, or loads one for the first time."""
    if worker.engine_message:
        return message_from_json(worker.engine_message)
    return verbatim(worker.engine_detail) if worker.engine_detail else None


@register.simple_tag(takes_context=True)
def archive_state(context: dict[str, Any]) -> ArchiveState:
    user = context["request"].user
    bucket = watch.state()
    unfinished = access.visible_to(user).unfinished()
    return ArchiveState(
        warnings=[*context.get("start_warnings", ()), *_describe_disk()],
        ocr_workers=list(WorkerProcess.alive().filter(kind=WorkerKind.OCR).order_by("id")),
        unfinished=unfinished.count(),
        may_upload=access.may_somewhere(user, Ability.UPLOAD),
        bucket=None if bucket.word == "not_configured" else bucket,
        unmirrored=documents_to_sync(access.visible_to(user)).count()
        if settings.OCRSITE_BUCKET
        else 0,
    )


def _describe_disk() -> list[Message]:
    try:
        shortage = describe_shortage(measure(archive().root))
    except OSError:
        return []  # `/health` says so
    return [] if shortage is None else [shortage]
