"""Move a document to the trash: it stays, and nothing works on it any more."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from documents import access
from documents.access import Ability
from documents.events import commit_change
from documents.models import Document, User
from documents.models.event import EventKind


def trash(document_id: uuid.UUID, *, actor: User | None) -> Document:
    """Takes all editions of the document along: only the newest goes there, and it stands for them.
    In the trash already: nothing changes. Raises NotFound, NotAllowed, Replaced."""
    with transaction.atomic():
        document = access.require_locked(actor, Ability.TRASH, document_id)
        document.refuse_if_replaced()
        if not document.is_trashed:
            document.trashed_at = timezone.now()
            commit_change(document, EventKind.TRASHED, actor)
    return document
