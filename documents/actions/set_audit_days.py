"""Set for how long a team's audit is kept."""

from __future__ import annotations

import uuid

from django.db import transaction

from documents import access
from documents.access import Ability
from documents.audit.record import record_managed
from documents.errors import InvalidRequest, RoleTooLow
from documents.messages import Message
from documents.models import Team, User

FEWEST_DAYS, MOST_DAYS = 30, 36_500


def set_audit_days(team_id: uuid.UUID, days: int, *, actor: User | None) -> Team:
    """By administrators alone: managers are among those whom the audit watches.

    Raises NotFound, NotAllowed, InvalidRequest.
    """
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        message = Message(
            "The audit is kept for {fewest} to {most} days.", fewest=FEWEST_DAYS, most=MOST_DAYS
        )
        raise InvalidRequest.for_field("days", message)
    with transaction.atomic():
        access.require_team(actor, Ability.MANAGE, team_id)
        if actor is not None and not access.administers(actor):
            raise RoleTooLow(Message("Only an administrator decides how long the audit is kept."))
        team = Team.objects.select_for_update().get(id=team_id)
        before, team.audit_days = team.audit_days, days
        if before != days:
            team.save(update_fields=["audit_days"])
            record_managed(team, "team.rules", actor, audit_days=days, before=before)
    return team
