"""Lock all editions of a document: for what is done to all of them."""

from __future__ import annotations

import uuid

from documents.models import Document


def lock_editions(document_id: uuid.UUID) -> list[Document]:
    """The newest first; their rows are locked until the transaction ends. Raises NotFound."""
    document = Document.objects.get_or_refuse(document_id)
    editions = Document.objects.editions_of(document).select_related("team", "held_by")
    return list(editions.select_for_update(of=("self",)))
