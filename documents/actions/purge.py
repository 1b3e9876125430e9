"""Delete a document for good: its rows, its files here and in the bucket.

Its older editions go with it. A tombstone stays, here and in the bucket, so that no remaining copy
of the document is ever restored, and an entry in the audit. A document on legal hold is never
deleted.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.db import transaction

from documents.audit.record import record_purge
from documents.errors import NotInTrash
from documents.events import delete_document
from documents.files.storage import archive
from documents.messages import Message
from documents.models import Document, Tombstone, User
from documents.signals import announce, document_purged

#: Whether the document, whose row is locked, is still to be deleted.
Check = Callable[[Document], bool]


def purge(document_id: uuid.UUID) -> None:
    """For commands of the site's operator. What the bucket does not delete now is deleted later.

    Raises NotFound, NotInTrash, Replaced, OnHold.
    """
    with transaction.atomic():
        document = Document.objects.lock(document_id)
        if not document.is_trashed:
            raise NotInTrash(
                Message(
                    "Only documents in the trash can be deleted for good; this one is not there."
                ),
                document=document_id,
            )
        document.refuse_if_replaced()
        document.refuse_if_held()
        deleted = _delete_rows(document, None)
    _delete_copies(deleted)


def purge_if(document_id: uuid.UUID, check: Check) -> bool:
    """Delete the document where `check` holds for it at this moment, it lies in the trash and is
    not on hold; returns whether it was. The audit names who ordered it."""
    with transaction.atomic():
        document = Document.objects.select_for_update(of=("self",)).filter(id=document_id).first()
        if document is None or not document.is_trashed or document.is_replaced:
            return False
        if document.is_held or not check(document):
            return False
        deleted = _delete_rows(document, document.purge_by)
    _delete_copies(deleted)
    return True


def _delete_rows(document: Document, actor: User | None) -> list[uuid.UUID]:
    """With the older editions, down to one that is held, or that another document replaces, too:
    two containers may each have had a new edition of it. Returns the ids of what was deleted."""
    deleted: list[uuid.UUID] = []
    edition: Document | None = document
    while edition is not None and not edition.is_replaced and not edition.is_held:
        before = edition.replaces
        _delete_one(edition, actor)
        deleted.append(edition.id)
        if before is None:
            break
        edition = Document.objects.select_for_update(of=("self",)).filter(id=before).first()
    return deleted


def _delete_one(document: Document, actor: User | None) -> None:
    keys = list(document.mirrored_files.values_list("key", flat=True))
    Tombstone.objects.get_or_create(document_id=document.id, defaults={"keys": keys})
    record_purge(document, actor)
    delete_document(document.id)


def _delete_copies(document_ids: list[uuid.UUID]) -> None:
    for document_id in document_ids:
        archive().delete_tree(f"documents/{document_id}")
        announce(document_purged, document_id=document_id)
