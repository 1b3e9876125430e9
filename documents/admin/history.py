"""What happened to a document, newest first, in words."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _

from documents.models import Document, Event
from documents.models.event import EventKind

MOST = 50


@dataclass(frozen=True)
class Happening:
    when: datetime.datetime
    what: str
    who: str


def history_of(document: Document) -> list[Happening]:
    # Which searches people keep is their own affair.
    told = document.events.exclude(kind=EventKind.MATCHED)
    events = told.select_related("actor").order_by("-id")[:MOST]
    return [
        Happening(
            when=event.created_at,
            what=_what(event),
            who=(event.actor.get_full_name() or event.actor.username) if event.actor else "",
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
