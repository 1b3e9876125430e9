"""Take a document out of the trash; its reading goes on where it stopped."""

from __future__ import annotations

import uuid

from django.db import transaction

from documents import access
from documents.access import Ability
from documents.events import commit_change
from documents.models import Document, User
from documents.models.event import EventKind
from documents.signals import announce, pages_waiting, tasks_waiting


def untrash(document_id: uuid.UUID, *, actor: User | None) -> Document:
    """Not in the trash: nothing changes. Raises NotFound, NotAllowed."""
    with transaction.atomic():
        document = access.require_locked(actor, Ability.TRASH, document_id)
        if document.is_trashed:
            document.trashed_at = None
            document.clear_purge()
            commit_change(document, EventKind.RESTORED, actor)
            announce(tasks_waiting)
            announce(pages_waiting)
    return document
