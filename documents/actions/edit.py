"""Change what a person says of a document: its title, language and tags."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction

from documents import events
from documents.actions.chores import RESULTS_OWED, owe_results
from documents.actions.locking import locked, refuse_trashed
from documents.actions.tagging import tags_named
from documents.actions.upload import TITLE_LENGTH
from documents.errors import InvalidRequest
from documents.languages import checked_language
from documents.models import Document, User
from documents.models.event import EventKind
from documents.texts import checked_text


def edit(
    document_id: uuid.UUID,
    *,
    actor: User | None,
    title: str | None = None,
    language: str | None = None,
    tags: Iterable[str] | None = None,
) -> Document:
    """None leaves a value as it is. Raises NotFound, InvalidRequest, Conflict (in the trash)."""
    with transaction.atomic():
        document = locked(document_id)
        refuse_trashed(document)
        changed: list[str] = []
        if title is not None:
            title = checked_text(title, field="title").strip()
            if not title or len(title) > TITLE_LENGTH:
                detail = f"A title has 1 to {TITLE_LENGTH} characters."
                raise InvalidRequest(detail, fields={"title": [detail]})
            if title != document.title:
                document.title = title
                changed.append("title")
        if language is not None:
            language = checked_language(language)
            if language != document.language:
                document.language = language
                changed.append("language")
        if tags is not None:
            wanted = tags_named(document.team, tags)
            if {tag.id for tag in wanted} != set(document.tags.values_list("id", flat=True)):
                document.tags.set(wanted)
                changed.append("tags")
        if changed:
            if document.has_results and {"title", "language"} & set(changed):
                owe_results(document)  # both stand in result.json
            document.version += 1
            document.save(update_fields=["title", "language", "version", *RESULTS_OWED])
            events.record(EventKind.EDITED, document, actor, changed=changed)
    return document
