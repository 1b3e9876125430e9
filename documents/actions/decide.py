"""A person approves or rejects what was read."""

from __future__ import annotations

import uuid

from django.db import transaction

from documents import access
from documents.access import Ability
from documents.errors import NothingRead, Outdated, StillBeingRead
from documents.events import commit_change
from documents.messages import Message
from documents.models import Document, ReviewStatus, Status, User
from documents.models.event import EventKind

#: What a decision rests on: the text, and the decision before. A document's version rises with
#: more than that (a page is read, results are assembled anew, a tag is renamed); nobody is sent
#: back to look again for those.
_DECIDED_ON = frozenset(
    {
        EventKind.READ,
        EventKind.CORRECTED,
        EventKind.READING_ACCEPTED,
        EventKind.APPROVED,
        EventKind.REJECTED,
    }
)


def approve(document_id: uuid.UUID, *, actor: User | None, version: int | None = None) -> Document:
    """`version` is the document's as `actor` saw it; None: whatever it says now.

    Raises NotFound, NotAllowed, Conflict (being read, nothing read, in the trash, or Outdated: its
    text or the decision is no longer what it was in that version).
    """
    return _decide(document_id, ReviewStatus.APPROVED, EventKind.APPROVED, actor, version)


def reject(document_id: uuid.UUID, *, actor: User | None, version: int | None = None) -> Document:
    """As `approve`, but what could not be read can be rejected."""
    return _decide(document_id, ReviewStatus.REJECTED, EventKind.REJECTED, actor, version)


def _decide(
    document_id: uuid.UUID,
    verdict: ReviewStatus,
    kind: EventKind,
    actor: User | None,
    version: int | None,
) -> Document:
    with transaction.atomic():
        document = access.require_locked(actor, Ability.DECIDE, document_id)
        document.refuse_if_trashed()
        if document.is_unfinished:
            raise StillBeingRead(
                Message("The document is still being read. Decide when it is finished."),
                document=document.id,
            )
        if version is not None:
            _refuse_outdated(document, version, kind, actor)
        if verdict == ReviewStatus.APPROVED and document.status == Status.FAILED:
            raise NothingRead(
                Message(
                    "Nothing could be read in this document, so there is nothing to approve. "
                    "Reject it or have it read again."
                ),
                document=document.id,
            )
        if document.review_status != verdict:
            document.set_review(verdict, actor)
            commit_change(document, kind, actor)
    return document


def _refuse_outdated(document: Document, version: int, kind: EventKind, actor: User | None) -> None:
    # Who decided the same meanwhile is of one mind with the actor: nothing is left to look at.
    since = document.events.filter(kind__in=_DECIDED_ON - {kind}, data__version__gt=version)
    if actor is not None:
        # What they corrected themselves they have seen: a page of the admin stays open, and its
        # version the same, while its texts are saved one by one. (What was read has no actor.)
        since = since.exclude(actor=actor)
    if version > document.version or since.exists():
        raise Outdated(
            Message(
                "The text or the decision has changed since version {seen} of the document; it "
                "has version {version} now. Look at it again, then decide.",
                seen=version,
                version=document.version,
            ),
            document=document.id,
        )
