"""Order that documents in a team's trash are deleted for good, after a pause to take it back."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from documents import access
from documents.access import Ability
from documents.audit.record import record_managed
from documents.errors import TrashChanged
from documents.messages import Message, PluralMessage
from documents.models import Document, User

#: The pause. A background worker carries the order out at its next look after it.
PAUSE = datetime.timedelta(seconds=30)


@dataclass(frozen=True)
class PurgeOrder:
    """`count` documents are deleted at `at` or soon after; `held` ones stay, on legal hold."""

    count: int
    held: int
    at: datetime.datetime


def schedule_purge(
    team_id: uuid.UUID,
    *,
    actor: User | None,
    document_ids: Iterable[uuid.UUID] | None = None,
    count: int | None = None,
) -> PurgeOrder:
    """Of the whole trash, or of those of `document_ids` that lie there.

    The order stands in the database, so it survives a restart. `count`: how many the person was
    told. Raises NotFound, NotAllowed, OnHold (a single document that is held), TrashChanged (it
    would be another number).
    """
    with transaction.atomic():
        team = access.require_team(actor, Ability.PURGE, team_id)
        documents = trash_of(team_id, document_ids).select_for_update(of=("self",))
        named = list(documents.only("id", "title", "held_at", "purge_at"))
        if document_ids is not None and len(named) == 1:
            named[0].refuse_if_held()
        free = [document.id for document in named if not document.is_held]
        if count is not None and count != len(free):
            raise TrashChanged(_explain_change(len(free)))
        at = timezone.now() + PAUSE
        Document.objects.filter(id__in=free, purge_at=None).update(purge_at=at, purge_by=actor)
        if free:
            record_managed(team, "trash.emptied", actor, documents=len(free))
    return PurgeOrder(len(free), len(named) - len(free), at)


def trash_of(
    team_id: uuid.UUID, document_ids: Iterable[uuid.UUID] | None = None
) -> QuerySet[Document]:
    documents = Document.objects.trashed().filter(team=team_id)
    return documents if document_ids is None else documents.filter(id__in=list(document_ids))


def _explain_change(count: int) -> Message:
    return PluralMessage(
        "Meanwhile {count} document in the trash can be deleted. Look at it again, then decide.",
        "Meanwhile {count} documents in the trash can be deleted. Look at them again, then decide.",
        count=count,
    )
