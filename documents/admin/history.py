"""The history of a document in words, newest first."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _

from documents.models import Document, Event
from documents.models.event import EventKind

MOST = 50


@dataclass(frozen=True)
class HistoryEntry:
    when: datetime.datetime
    what: str
    who: str


def history_of(document: Document) -> list[HistoryEntry]:
    # Saved searches are private.
    shown = document.events.exclude(kind=EventKind.MATCHED)
    events = shown.select_related("actor").order_by("-id")[:MOST]
    return [
        HistoryEntry(
            when=event.created_at,
            what=_what(event),
            who=event.actor.display_name if event.actor else "",
        )
        for event in events
    ]


def _what(event: Event) -> str:
    known = event.kind in EventKind.values
    what = str(EventKind(event.kind).label) if known else event.kind
    if "page" in event.data:
        return _("%(what)s: page %(page)d") % {"what": what, "page": event.data["page"]}
    if event.kind == EventKind.REPROCESSED and event.data.get("pages") == "failed":
        return _("%(what)s: only the failed pages") % {"what": what}
    return what
