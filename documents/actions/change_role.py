"""Change what a member may do in their team."""

from __future__ import annotations

import structlog
from django.db import transaction

from documents import access
from documents.audit.record import record_managed
from documents.errors import InvalidRequest, LastManager
from documents.messages import Message
from documents.models import Membership, Role, Team, User

log = structlog.get_logger(__name__)


def change_role(membership_id: int, role: str, *, actor: User | None) -> Membership:
    """Raises NotFound, NotAllowed, InvalidRequest (the role is unknown), LastManager."""
    role = validate_role(role)
    with transaction.atomic():
        membership = access.require_membership(actor, membership_id)
        if role == membership.role:
            return membership
        refuse_last_manager(membership)
        before, membership.role = membership.role, role
        membership.save(update_fields=["role"])
        record_managed(
            membership.team, "member.role", actor,
            member=membership.user.username, role=role, before=before,
        )  # fmt: skip
    log.info("role_changed", team=str(membership.team_id), member=membership.user_id, role=role,
             by=actor and actor.pk)  # fmt: skip
    return membership


def validate_role(role: str) -> str:
    """Raises InvalidRequest."""
    if role not in Role.values:
        message = Message("{field} is one of {choices}.", field="role",
                          choices=", ".join(Role.values))  # fmt: skip
        raise InvalidRequest.for_field("role", message)
    return role


def refuse_last_manager(membership: Membership) -> None:
    """Raises LastManager where the team would have no manager without this one who can log in.

    Locks the team, so that of two managers who leave at once one stays.
    """
    Team.objects.select_for_update().get(pk=membership.team_id)
    if membership.role != Role.MANAGER:
        return
    others = Membership.objects.filter(
        team=membership.team_id, role=Role.MANAGER, user__is_active=True
    ).exclude(pk=membership.pk)
    if not any(other.user.has_usable_password() for other in others.select_related("user")):
        raise LastManager(
            Message(
                "“{name}” is the only manager of the team “{team}”. Make another member a manager "
                "first.",
                name=membership.user.username,
                team=membership.team.name,
            )
        )
