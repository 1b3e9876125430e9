"""Change the title, the language, the tags or the priority of a document."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction

from documents import access
from documents.access import Ability
from documents.actions.detect_languages import set_language
from documents.actions.prioritise import prioritise
from documents.actions.request_results import mark_results_outdated
from documents.actions.upload import TITLE_LENGTH
from documents.errors import InvalidRequest
from documents.events import commit_change
from documents.messages import Message
from documents.models import Document, Tag, User
from documents.models.event import EventKind
from documents.models.tag_names import get_or_create_tags, normalize_tag_name, refuse_too_many_tags
from documents.text.language_codes import validate_language
from documents.text.validation import validate_text


def edit(
    document_id: uuid.UUID,
    *,
    actor: User | None,
    title: str | None = None,
    language: str | None = None,
    tags: Iterable[str] | None = None,
    tags_seen: Iterable[str] | None = None,
    priority: str | None = None,
) -> Document:
    """None leaves a value as it is. `language`: "" for the one that most pages are in; any other
    stays whatever the pages say. `tags_seen` are the tags as `actor` saw them: then only the
    differences between the two are applied, and what others changed meanwhile stays. `priority`
    (low, normal, high) is for those who may have it read again.

    Raises NotFound, NotAllowed, InvalidRequest, Conflict (in the trash, TooManyUrgent).
    """
    with transaction.atomic():
        document = access.require_locked(actor, Ability.EDIT, document_id)
        document.refuse_if_closed()
        changed: list[str] = []
        if title is not None:
            title = validate_text(title, field="title").strip()
            if not title or len(title) > TITLE_LENGTH:
                message = Message("A title has 1 to {most} characters.", most=TITLE_LENGTH)
                raise InvalidRequest.for_field("title", message)
            if title != document.title:
                document.title = title
                changed.append("title")
        if language is not None:
            language = validate_language(language)
            before = (document.language, document.language_chosen)
            document.language, document.language_chosen = language, bool(language)
            set_language(document)
            if (document.language, document.language_chosen) != before:
                changed.append("language")
        if tags is not None:
            wanted = _resolve_tags(document, tags, tags_seen)
            if {tag.id for tag in wanted} != set(document.tags.values_list("id", flat=True)):
                document.tags.set(wanted)
                changed.append("tags")
        if priority is not None:
            access.require(actor, Ability.REPROCESS, document_id)
            if prioritise(document, priority):
                changed.append("priority")
        if changed:
            if {"title", "language"} & set(changed):
                mark_results_outdated(document)  # both stand in result.json
            commit_change(document, EventKind.EDITED, actor, changed=changed)
    return document


def _resolve_tags(
    document: Document, names: Iterable[str], seen: Iterable[str] | None
) -> list[Tag]:
    """The tags that the document is to have, created where its team lacks them."""
    if seen is None:
        return get_or_create_tags(document.team, names)
    names = [normalize_tag_name(name, field="tags") for name in names]
    before = {" ".join(name.split()).casefold() for name in seen}
    after = {name.casefold() for name in names}
    # Its tags can't be renamed or deleted now: both lock the document first.
    unchanged = [tag for tag in document.tags.all() if tag.name.casefold() not in before - after]
    new_names = [name for name in names if name.casefold() not in before]
    added = get_or_create_tags(document.team, new_names)
    wanted = list({tag.id: tag for tag in (*unchanged, *added)}.values())
    refuse_too_many_tags(wanted)
    return wanted
