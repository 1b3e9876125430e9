"""Put a document on legal hold: nothing deletes it for good until the hold is lifted."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from documents import access
from documents.access import Ability
from documents.actions.lock_editions import lock_editions
from documents.events import commit_change
from documents.models import Document, User
from documents.models.event import EventKind
from documents.models.keeping import REASON_LENGTH
from documents.text.validation import validate_text


def hold(document_id: uuid.UUID, *, actor: User | None, reason: str = "") -> Document:
    """With all editions of the document. On hold already: only another reason is kept. An order to
    delete it ends.

    Raises NotFound, NotAllowed, InvalidRequest (the reason is too long).
    """
    reason = validate_text(reason.strip(), field="reason", max_length=REASON_LENGTH)
    with transaction.atomic():
        access.require_locked(actor, Ability.HOLD, document_id)
        editions = lock_editions(document_id)
        for document in editions:
            _hold(document, reason, actor)
    return next(document for document in editions if document.id == document_id)


def _hold(document: Document, reason: str, actor: User | None) -> None:
    if document.is_held and document.hold_reason == reason:
        return
    if not document.is_held:
        document.held_at, document.held_by = timezone.now(), actor
    document.hold_reason = reason
    document.clear_purge()
    commit_change(document, EventKind.HELD, actor, reason=reason)


def lift_hold(document_id: uuid.UUID, *, actor: User | None) -> Document:
    """With all editions. Not on hold: nothing changes. Raises NotFound, NotAllowed."""
    with transaction.atomic():
        access.require_locked(actor, Ability.HOLD, document_id)
        editions = lock_editions(document_id)
        for document in editions:
            if document.is_held:
                document.held_at = document.held_by = None
                document.hold_reason = ""
                commit_change(document, EventKind.RELEASED, actor)
    return next(document for document in editions if document.id == document_id)
