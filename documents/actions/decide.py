"""A person approves or rejects what was read."""

from __future__ import annotations

import uuid

from django.db import transaction

from documents import access
from documents.access import Ability
from documents.errors import NothingRead, Outdated, StillBeingRead
from documents.events import commit_change
from documents.messages import Message
from documents.models import Document, PageDoubt, ReviewStatus, Status, User
from documents.models.event import EventKind
from documents.models.review import NOTE_LENGTH
from documents.text.validation import validate_text

#: The events that change what a decision rests on: the text, and the decision before. The version
#: rises with others, too (results are assembled again, a tag is renamed): those do not make a
#: decision outdated.
_RELEVANT_EVENTS = frozenset(
    {
        EventKind.READ,
        EventKind.CORRECTED,
        EventKind.READING_ACCEPTED,
        EventKind.APPROVED,
        EventKind.REJECTED,
    }
)


def approve(document_id: uuid.UUID, *, actor: User | None, version: int | None = None) -> Document:
    """Approve the document in the `version` that `actor` saw; None: in any version.

    Raises NotFound, NotAllowed, Conflict (being read, nothing read, in the trash, or Outdated: its
    text or the decision is no longer what it was in that version).
    """
    return _decide(document_id, ReviewStatus.APPROVED, EventKind.APPROVED, actor, version)


def reject(
    document_id: uuid.UUID, *, actor: User | None, version: int | None = None, reason: str = ""
) -> Document:
    """Reject the document, for a `reason` in words. As `approve`, but a document that could not be
    read may be rejected. Raises InvalidRequest for an impossible reason, too."""
    reason = " ".join(validate_text(reason, field="reason", max_length=NOTE_LENGTH).split())
    return _decide(document_id, ReviewStatus.REJECTED, EventKind.REJECTED, actor, version, reason)


def _decide(
    document_id: uuid.UUID,
    verdict: ReviewStatus,
    kind: EventKind,
    actor: User | None,
    version: int | None,
    reason: str = "",
) -> Document:
    with transaction.atomic():
        document = access.require_locked(actor, Ability.DECIDE, document_id)
        document.refuse_if_closed()
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
            document.set_review(verdict, actor, reason)
            PageDoubt.objects.filter(page__document=document).delete()
            commit_change(document, kind, actor, **({"reason": reason} if reason else {}))
    return document


def _refuse_outdated(document: Document, version: int, kind: EventKind, actor: User | None) -> None:
    # Another person's decision for the same verdict does not contradict the actor's.
    since = document.events.filter(kind__in=_RELEVANT_EVENTS - {kind}, data__version__gt=version)
    if actor is not None:
        # The actor has seen their own corrections: a page of the admin stays open, with the version
        # it was loaded with, while its texts are saved one by one. (A reading has no actor.)
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
