"""Replace the invitation of a member who has not accepted it yet."""

from __future__ import annotations

import structlog
from django.db import transaction

from documents import access
from documents.audit.record import record_managed
from documents.errors import InvitationAccepted
from documents.messages import Message
from documents.models import Membership, User

log = structlog.get_logger(__name__)


def renew_invitation(membership_id: int, *, actor: User | None) -> Membership:
    """Whose member's earlier invitations end.

    Raises NotFound, NotAllowed, InvitationAccepted: the password of somebody who has one is not a
    manager's to change.
    """
    with transaction.atomic():
        membership = access.require_membership(actor, membership_id)
        user = User.objects.select_for_update().get(pk=membership.user_id)
        refuse_if_accepted(user)
        user.set_unusable_password()  # a new random one: keys are signed over it
        user.save(update_fields=["password"])
        record_managed(membership.team, "member.renewed", actor, member=user.username)
    log.info("invitation_renewed", member=user.pk, by=actor and actor.pk)
    membership.user = user
    return membership


def refuse_if_accepted(user: User) -> None:
    """Raises InvitationAccepted where the account of `user` is somebody's."""
    if user.has_usable_password() or user.is_superuser:
        raise InvitationAccepted(
            Message(
                "“{name}” has accepted the invitation. An administrator can set a new password.",
                name=user.username,
            )
        )
