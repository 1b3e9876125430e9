"""Delete a tag, and take it off every document that carries it."""

from __future__ import annotations

import uuid

from documents.actions.change_tag import change_tag
from documents.events import commit_changes
from documents.models import Document, Tag, User


def delete_tag(tag_id: uuid.UUID, *, actor: User | None) -> None:
    """Raises NotFound, NotAllowed, Conflict (documents are given the tag all the time)."""

    def delete(tag: Tag) -> None:
        commit_changes(Document.objects.filter(tags=tag))
        tag.delete()

    change_tag(tag_id, delete, actor=actor)
