"""The history of a document in words, newest first."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents.models import Document, Event
from documents.models.event import EventKind

MOST = 50


@dataclass(frozen=True)
class HistoryEntry:
    """`what` happened, and a `detail` of it in a person's words: the reason of a rejection."""

    when: datetime.datetime
    what: str
    who: str
    detail: str = ""


def history_of(document: Document) -> list[HistoryEntry]:
    # Saved searches are private.
    shown = document.events.exclude(kind=EventKind.MATCHED)
    events = shown.select_related("actor").order_by("-id")[:MOST]
    return [
        HistoryEntry(
            when=event.created_at,
            what=describe_event(event),
            who=event.actor.display_name if event.actor else "",
            detail=str(event.data.get("reason") or ""),
        )
        for event in events
    ]


def describe_event(event: Event) -> str:
    data = event.data
    if event.kind == EventKind.CORRECTED and data.get("edits"):
        return _("blocks changed: page %(page)d") % {"page": data["page"]}
    if event.kind == EventKind.READ and data.get("pages_failed"):
        failed = data["pages_failed"]
        return ngettext(
            "reading finished: %(count)d page failed",
            "reading finished: %(count)d pages failed",
            failed,
        ) % {"count": failed}
    known = event.kind in EventKind.values
    what = str(EventKind(event.kind).label) if known else event.kind
    if "page" in data:
        return _("%(what)s: page %(page)d") % {"what": what, "page": data["page"]}
    if event.kind == EventKind.REPROCESSED:
        if data.get("pages") == "failed":
            return _("%(what)s: only the failed pages") % {"what": what}
        numbers = data.get("pages")
        if isinstance(numbers, list):  # as entries of earlier versions have it
            numbers = ", ".join(map(str, numbers))
        if numbers and numbers != "all":
            return _("%(what)s: page %(page)s") % {"what": what, "page": numbers}
    return what
