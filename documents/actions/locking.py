"""How actions take a document to change it."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from documents.errors import InTrash, NotFound
from documents.models import Document


def locked(document_id: uuid.UUID) -> Document:
    """The document's row, locked until the transaction ends. Raises NotFound."""
    return found(document_id, Document.objects.select_for_update(of=("self",)))


def found(document_id: uuid.UUID, among: QuerySet[Document] | None = None) -> Document:
    """The document as it is now, not locked. Raises NotFound."""
    documents = Document.objects.all() if among is None else among
    document = documents.filter(id=document_id).first()
    if document is None:
        raise NotFound(f"There is no document {document_id} here.", document=document_id)
    return document


def refuse_trashed(document: Document) -> None:
    """Raises InTrash: what lies in the trash is not worked on."""
    if document.is_trashed:
        raise InTrash("The document is in the trash. Restore it first.", document=document.id)
