"""Take a person out of a team. Their account stays, and so do the documents they have added."""

from __future__ import annotations

import structlog
from django.db import transaction

from documents import access
from documents.actions.change_role import refuse_last_manager
from documents.audit.record import record_managed
from documents.models import User

log = structlog.get_logger(__name__)


def remove_member(membership_id: int, *, actor: User | None) -> None:
    """From now on they see nothing of the team. Raises NotFound, NotAllowed, LastManager."""
    with transaction.atomic():
        membership = access.require_membership(actor, membership_id)
        refuse_last_manager(membership)
        team_id, member = membership.team_id, membership.user_id
        record_managed(membership.team, "member.removed", actor, member=membership.user.username)
        membership.delete()
    log.info("member_removed", team=str(team_id), member=member, by=actor and actor.pk)
