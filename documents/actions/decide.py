"""A person approves or rejects what was read."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from documents import events
from documents.actions.locking import locked, refuse_trashed
from documents.errors import NothingRead, StillBeingRead
from documents.models import Document, ReviewStatus, Status, User
from documents.models.event import EventKind


def approve(document_id: uuid.UUID, *, actor: User | None) -> Document:
    """Raises NotFound, Conflict (being read, nothing read, in the trash)."""
    return _decide(document_id, ReviewStatus.APPROVED, EventKind.APPROVED, actor)


def reject(document_id: uuid.UUID, *, actor: User | None) -> Document:
    """Raises NotFound, Conflict (being read, in the trash)."""
    return _decide(document_id, ReviewStatus.REJECTED, EventKind.REJECTED, actor)


def _decide(
    document_id: uuid.UUID, verdict: ReviewStatus, kind: EventKind, actor: User | None
) -> Document:
    with transaction.atomic():
        document = locked(document_id)
        refuse_trashed(document)
        if document.status in (Status.QUEUED, Status.PROCESSING):
            raise StillBeingRead(
                "The document is still being read. Decide when it is finished.",
                document=document.id,
            )
        if verdict == ReviewStatus.APPROVED and document.status == Status.FAILED:
            raise NothingRead(
                "Nothing could be read in this document, so there is nothing to approve. "
                "Reject it or have it read again.",
                document=document.id,
            )
        if document.review_status != verdict:
            document.review_status = verdict
            document.reviewed_by = actor
            document.reviewed_at = timezone.now()
            document.version += 1
            document.save(update_fields=["review_status", "reviewed_by", "reviewed_at", "version"])
            events.record(kind, document, actor)
    return document
