"""How a change of a document is committed: its new version, its event, its announcement.

Every change of anything about a document goes through `commit_change` (many documents at once:
`commit_changes`), inside the action's transaction. Each raises the version, which orders the
document's copies, and announces the change to those who follow documents (`documents_changed`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from documents.models import Document, Event, User
from documents.models.event import EventKind
from documents.signals import documents_changed, event_recorded


def commit_change(
    document: Document, kind: EventKind | None = None, actor: User | None = None, **data: Any
) -> None:
    """Save every changed field of `document` as its next version, and announce the change.

    The document's row is locked by the caller. With `kind`, an event says what happened; `actor`
    is None for what the system did, `data` must be JSON.
    """
    commit_version(document, document.version + 1, kind, actor, **data)


def commit_version(
    document: Document,
    version: int,
    kind: EventKind | None = None,
    actor: User | None = None,
    **data: Any,
) -> None:
    """As `commit_change`, with a version that is given: for a new document, or a restored one."""
    document.version = version
    if document._state.adding:
        document.save(force_insert=True)
    else:
        document.save_changed_fields()
    announce_changed([document.id])
    if kind is not None:
        record(kind, document, actor, **data)


def commit_reading_end(document: Document) -> None:
    """`commit_change`, where reading has ended, well or not: the event says how."""
    commit_change(
        document,
        EventKind.READ,
        status=document.status,
        run=document.run,
        pages_done=document.pages_done,
        pages_failed=document.pages_failed,
    )


def commit_changes(documents: QuerySet[Document]) -> None:
    """Raise the version of many documents, whose rows are locked by the caller, in one statement:
    for a change of something that they share."""
    document_ids = list(documents.values_list("id", flat=True))
    documents.update(version=F("version") + 1)
    announce_changed(document_ids)


def delete_document(document_id: uuid.UUID) -> None:
    """Delete the document's rows, and announce it. The caller writes its tombstone.

    The edition that it replaced is listed again, unless another replaces it, or it is deleted next.
    """
    with transaction.atomic():
        deleted = Document.objects.filter(id=document_id)
        before = deleted.values_list("replaces", flat=True).first()
        deleted.delete()
        announce_changed([document_id])
        if before is not None:
            others = Document.objects.filter(replaces=before).values_list("id", flat=True)
            Document.objects.filter(id=before).update(replaced_by=others.first())
            announce_changed([before])


def announce_changed(document_ids: Iterable[uuid.UUID]) -> None:
    documents_changed.send(sender=Document, document_ids=list(document_ids))


def record(kind: EventKind, document: Document, actor: User | None = None, **data: Any) -> Event:
    """Write one event about `document` that changes nothing else. `data` must be JSON.

    Call it inside a transaction, when the document has its version: the event names it.
    """
    data = {"version": document.version, **data}
    event = Event.objects.create(document=document, kind=kind, actor=actor, data=data)
    event_recorded.send(sender=Event, event=event)
    return event
