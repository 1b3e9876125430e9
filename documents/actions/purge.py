"""Delete a document for good: its rows, its files here and in the bucket.

A tombstone stays, here and in the bucket, so that no remaining copy of the document is ever
restored. Only commands of the site's operator purge.
"""

from __future__ import annotations

import uuid

from django.db import transaction

from documents.errors import NotInTrash
from documents.events import delete_document
from documents.files.storage import archive
from documents.messages import Message
from documents.models import Document, Tombstone
from documents.signals import announce, document_purged


def purge(document_id: uuid.UUID) -> None:
    """Raises NotFound, NotInTrash. What the bucket does not delete now is deleted later."""
    with transaction.atomic():
        document = Document.objects.lock(document_id)
        if not document.is_trashed:
            raise NotInTrash(
                Message(
                    "Only documents in the trash can be deleted for good; this one is not there."
                ),
                document=document_id,
            )
        keys = list(document.mirrored_files.values_list("key", flat=True))
        Tombstone.objects.get_or_create(document_id=document_id, defaults={"keys": keys})
        delete_document(document_id)
    archive().delete_tree(f"documents/{document_id}")
    announce(document_purged, document_id=document_id)
