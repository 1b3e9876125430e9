"""Writing down what happened, in the transaction that makes it happen."""

from __future__ import annotations

from typing import Any

from django.dispatch import Signal

from documents.models import Document, Event, User
from documents.models.event import EventKind

#: Sent with `event`, in its transaction, once the event is written down.
recorded = Signal()


def record(kind: EventKind, document: Document, actor: User | None = None, **data: Any) -> Event:
    """One event about `document`; `data` must be JSON. Call it inside the change's transaction,
    when the document has its new version: the event says which one it led to."""
    data = {"version": document.version, **data}
    event = Event.objects.create(document=document, kind=kind, actor=actor, data=data)
    recorded.send(sender=Event, event=event)
    return event


def record_read(document: Document) -> Event:
    """Reading has ended, well or not: the event says how."""
    return record(
        EventKind.READ,
        document,
        status=document.status,
        run=document.run,
        pages_done=document.pages_done,
        pages_failed=document.pages_failed,
    )
