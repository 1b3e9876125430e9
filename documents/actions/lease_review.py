"""A reviewer takes a document for themselves, keeps it by working, and gives it back."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.utils import timezone

from documents import access
from documents.access import Ability
from documents.errors import BeingReviewed
from documents.messages import Message
from documents.models import Document, User


def lease_review(document_id: uuid.UUID, *, actor: User) -> Document:
    """Lease the document to `actor`, or extend their lease. One that has expired is taken over.

    Raises NotFound, NotAllowed, Conflict (BeingReviewed: by somebody else; in the trash).
    """
    with transaction.atomic():
        document = access.require_locked(actor, Ability.CORRECT, document_id)
        document.refuse_if_closed()
        holder = document.review_holder
        if holder is not None and holder.pk != actor.pk:
            raise _being_reviewed(document, holder)
        renew_by_work(document, actor)
        document.save_changed_fields()
    return document


def release_review(document_id: uuid.UUID, *, actor: User) -> Document:
    """Give the document back; somebody else's lease stays. Raises NotFound, NotAllowed."""
    with transaction.atomic():
        document = access.require_locked(actor, Ability.CORRECT, document_id)
        if document.review_lease_by_id == actor.pk:
            document.end_review_lease()
            document.save_changed_fields()
    return document


def renew_by_work(document: Document, actor: User | None) -> None:
    """Set, without saving: `actor` works on the review. Where somebody else holds it, it stays
    theirs. (Part of other actions; the row is locked.)"""
    holder = document.review_holder
    if actor is None or (holder is not None and holder.pk != actor.pk):
        return
    if holder is None:
        document.review_started_at = timezone.now()
        document.review_lease_by = actor
        document.review_lease.grant(document)
    else:
        duration: datetime.timedelta = document.review_lease.duration
        document.review_lease_expires_at = timezone.now() + duration


def _being_reviewed(document: Document, holder: User) -> BeingReviewed:
    expires_at = document.review_lease_expires_at
    assert expires_at is not None
    left = (expires_at - timezone.now()).total_seconds()
    return BeingReviewed(
        Message(
            "{person} is reviewing this document. It can be taken over {minutes} min after their "
            "last change.",
            person=holder.display_name,
            minutes=int(document.review_lease.duration.total_seconds() // 60),
        ),
        document=document.id,
        retry_after=max(int(left), 1),
    )
