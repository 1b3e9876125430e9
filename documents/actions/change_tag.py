"""Change a tag together with all documents that carry it. (Part of `rename_tag`, `delete_tag`.)"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable

from django.db import transaction

from documents import access
from documents.access import Ability
from documents.errors import NotFound, TagBusy
from documents.messages import Message
from documents.models import Document, Tag, Team, User

#: How often the change is tried again because a document was given the tag just then.
_TRIES = 5


def change_tag(tag_id: uuid.UUID, change: Callable[[Tag], None], *, actor: User | None) -> Tag:
    """Call `change` with the tag, in a transaction that has locked it and all documents with it.

    Raises NotFound, NotAllowed, Conflict (documents are given the tag all the time).
    """
    for _try in range(_TRIES):
        with transaction.atomic():
            _require(tag_id, actor)
            carriers = set(_lock_carriers(tag_id))
            tag = Tag.objects.select_for_update().filter(id=tag_id).first()
            if tag is None:
                raise _not_found(tag_id)
            if carriers >= set(tag.documents.values_list("id", flat=True)):
                change(tag)
                return tag
            # A document was given the tag between the two locks. To lock it now would break the
            # order of locks: release all (in an outer transaction, by this one's savepoint).
            transaction.set_rollback(True)
    raise TagBusy(Message("The tag is being added to documents at this moment. Try again."))


def _require(tag_id: uuid.UUID, actor: User | None) -> None:
    team_id = Team.objects.filter(tags=tag_id).values_list("id", flat=True).first()
    if team_id is None:
        raise _not_found(tag_id)
    try:
        access.require_team(actor, Ability.EDIT, team_id)
    except NotFound:
        raise _not_found(tag_id) from None


def _not_found(tag_id: uuid.UUID) -> NotFound:
    return NotFound(Message("There is no tag {tag} here.", tag=tag_id))


def _lock_carriers(tag_id: uuid.UUID) -> Iterable[uuid.UUID]:
    documents = Document.objects.select_for_update(of=("self",)).filter(tags=tag_id)
    return documents.order_by("id").values_list("id", flat=True)
