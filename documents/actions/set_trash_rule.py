"""Set how long what is thrown away stays in a team's trash."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.utils import timezone

from documents import access
from documents.access import Ability
from documents.audit.record import record_managed
from documents.errors import InvalidRequest
from documents.messages import Message
from documents.models import Document, Team, User

#: A rule that deletes more than the one before begins so much later: time to take it back.
PAUSE = datetime.timedelta(days=1)
MOST_DAYS = 3650


def set_trash_rule(team_id: uuid.UUID, days: int | None, *, actor: User | None) -> Team:
    """`days` None: nothing is deleted by itself. Raises NotFound, NotAllowed, InvalidRequest."""
    if days is not None and not 1 <= days <= MOST_DAYS:
        message = Message("The days in the trash are a number from 1 to {most}.", most=MOST_DAYS)
        raise InvalidRequest.for_field("days", message)
    with transaction.atomic():
        access.require_team(actor, Ability.MANAGE, team_id)
        team = Team.objects.select_for_update().get(id=team_id)
        before, team.trash_days = team.trash_days, days
        if days is None:
            team.trash_rule_from = None
        elif before is None or days < before:
            team.trash_rule_from = timezone.now() + PAUSE
        if before != days:
            team.save(update_fields=["trash_days", "trash_rule_from"])
            record_managed(team, "team.rules", actor, trash_days=days, before=before)
    return team


def count_deleted_by(team: Team, days: int) -> int:
    """How many documents such a rule would delete as soon as it holds."""
    limit = timezone.now() - datetime.timedelta(days=days)
    trashed = Document.objects.trashed()
    return trashed.filter(team=team, trashed_at__lte=limit, held_at=None).count()
