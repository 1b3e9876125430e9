"""What waits to be read and for how long, in sentences for administrators."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, Min
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents.admin.time_format import format_moment
from documents.models import Document, WorkerKind, WorkerProcess
from documents.models.worker import EngineState

_HOUR = 60


def describe_queue(processes: Sequence[WorkerProcess]) -> list[str]:
    """Sentences: how much is waiting, since when, and how long it takes `processes` at the speed
    they had last, or what has to be done first."""
    waiting = Document.objects.unfinished()
    facts = waiting.aggregate(documents=Count("id"), first=Min("created_at"))
    pages = waiting.count_pages_left()
    if not facts["documents"]:
        return [_("No document is waiting.")]
    text = ngettext(
        "%(documents)d document with %(pages)d unread pages has been waiting since %(moment)s.",
        "%(documents)d documents with %(pages)d unread pages have been waiting, the first since"
        " %(moment)s.",
        facts["documents"],
    )
    moment = format_moment(facts["first"])
    told = text % {"documents": facts["documents"], "pages": pages, "moment": moment}
    return [told, _forecast(pages, processes)]


def _forecast(pages: int, processes: Sequence[WorkerProcess]) -> str:
    readers = [process for process in processes if process.kind == WorkerKind.OCR]
    if not readers:
        return _("Nothing is read until an OCR worker starts; the log says why none does.")
    ready = [reader for reader in readers if reader.engine_state == EngineState.READY]
    if not ready:
        return _("Nothing is read until an engine is ready.")
    speed = sum(reader.pages_per_second for reader in ready)
    if not speed:
        return _("How long it takes is known when the first pages are read.")
    minutes = max(round(pages / speed / 60), 1)
    if minutes < 2 * _HOUR:
        text = ngettext(
            "At the present speed it takes about %(count)d minute.",
            "At the present speed it takes about %(count)d minutes.",
            minutes,
        )
        return text % {"count": minutes}
    hours = round(minutes / _HOUR)
    text = ngettext(
        "At the present speed it takes about %(count)d hour.",
        "At the present speed it takes about %(count)d hours.",
        hours,
    )
    return text % {"count": hours}
