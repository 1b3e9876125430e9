"""Withdraw an invitation that nobody has accepted: the name is free again."""

from __future__ import annotations

import structlog
from django.db import transaction

from documents import access
from documents.actions.renew_invitation import refuse_if_accepted
from documents.audit.record import record_managed
from documents.models import User

log = structlog.get_logger(__name__)


def withdraw_invitation(membership_id: int, *, actor: User | None) -> None:
    """Its link ends. The account is deleted, unless it is a member of other teams.

    Raises NotFound, NotAllowed, InvitationAccepted.
    """
    with transaction.atomic():
        membership = access.require_membership(actor, membership_id)
        user = User.objects.select_for_update().get(pk=membership.user_id)
        refuse_if_accepted(user)
        record_managed(membership.team, "member.removed", actor, member=user.username)
        membership.delete()
        if not user.memberships.exists():
            user.delete()
    log.info("invitation_withdrawn", member=membership.user_id, by=actor and actor.pk)
