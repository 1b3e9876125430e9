"""Take back the order to delete what lies in the trash, while it is not carried out."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction

from documents import access
from documents.access import Ability
from documents.actions.schedule_purge import trash_of
from documents.audit.record import record_managed
from documents.models import User


def cancel_purge(
    team_id: uuid.UUID, *, actor: User | None, document_ids: Iterable[uuid.UUID] | None = None
) -> int:
    """Of the whole trash of the team, or of those of `document_ids` that lie there. The documents
    stay in the trash. Returns how many that are. Raises NotFound, NotAllowed."""
    with transaction.atomic():
        team = access.require_team(actor, Ability.PURGE, team_id)
        ordered = trash_of(team_id, document_ids).exclude(purge_at=None)
        kept = ordered.update(purge_at=None, purge_by=None)
        if kept:
            record_managed(team, "trash.kept", actor, documents=kept)
    return kept
