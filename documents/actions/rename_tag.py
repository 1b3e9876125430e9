"""Rename a tag, on every document that carries it."""

from __future__ import annotations

import uuid

from documents.actions.change_tag import change_tag
from documents.actions.create_tag import refuse_bad_name
from documents.events import commit_changes
from documents.models import Document, Tag, User
from documents.models.tag_names import normalize_tag_name


def rename_tag(tag_id: uuid.UUID, name: str, *, actor: User | None) -> Tag:
    """Raises NotFound, NotAllowed, InvalidRequest (no name, too long, a comma in it, taken),
    Conflict (documents are given the tag all the time)."""
    name = normalize_tag_name(name, field="name")

    def rename(tag: Tag) -> None:
        refuse_bad_name(tag.team_id, name, but=tag.id)
        if name != tag.name:
            tag.name = name
            tag.save(update_fields=["name"])
            commit_changes(Document.objects.filter(tags=tag))

    return change_tag(tag_id, rename, actor=actor)
