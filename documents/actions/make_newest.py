"""Make an older edition of a document its newest again: it takes the place of the one that is."""

from __future__ import annotations

import uuid

from django.db import transaction

from documents import access
from documents.access import Ability
from documents.actions.lock_editions import lock_editions
from documents.events import commit_change
from documents.models import Document, User
from documents.models.event import EventKind


def make_newest(document_id: uuid.UUID, *, actor: User | None) -> Document:
    """The edition keeps its id, file, text and review; it gets the next number, and the title and
    tags that the newest has now. Is it the newest already: nothing changes.

    Raises NotFound, NotAllowed, InTrash.
    """
    with transaction.atomic():
        access.require(actor, Ability.UPLOAD, document_id)
        access.require_locked(actor, Ability.EDIT, document_id)
        editions = {each.id: each for each in lock_editions(document_id)}
        document = editions[document_id]
        newest = _follow(document, editions)
        newest.refuse_if_trashed()
        if newest.id == document.id:
            return document
        _take_out(document, editions)
        document.replaces, document.replaced_by = newest.id, None
        document.edition = max(each.edition for each in editions.values()) + 1
        document.title = newest.title
        document.tags.set(newest.tags.all())
        newest.replaced_by = document.id
        for each in editions.values():
            if each.id == document.id:
                commit_change(each, EventKind.PROMOTED, actor, replaces=str(newest.id))
            elif each.id == newest.id:
                commit_change(each, EventKind.REPLACED, actor, by=str(document.id))
            elif each.changed_fields():
                commit_change(each)
    return document


def _follow(document: Document, editions: dict[uuid.UUID, Document]) -> Document:
    """The newest edition that took this one's place, with others between."""
    seen = {document.id}
    while document.replaced_by in editions and document.replaced_by not in seen:
        document = editions[document.replaced_by]
        seen.add(document.id)
    return document


def _take_out(document: Document, editions: dict[uuid.UUID, Document]) -> None:
    """Set, without saving: what replaced it replaces the one before it."""
    before = editions.get(document.replaces) if document.replaces else None
    for after in editions.values():
        if after.replaces == document.id:
            after.replaces = None if before is None else before.id
            if before is not None:
                before.replaced_by = after.id
