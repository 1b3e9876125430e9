"""Add a person who has an account to one more team."""

from __future__ import annotations

import uuid

import structlog
from django.db import transaction

from documents import access
from documents.access import Ability
from documents.actions.change_role import validate_role
from documents.audit.record import record_managed
from documents.errors import InvalidRequest
from documents.messages import Message
from documents.models import Membership, User
from documents.text.validation import validate_text

log = structlog.get_logger(__name__)


def add_member(team_id: uuid.UUID, username: str, role: str, *, actor: User | None) -> Membership:
    """A manager adds people of the teams that they are in themselves; an administrator anybody.

    Raises NotFound, NotAllowed, InvalidRequest (nobody has that name, or is known to the actor;
    they are a member already; the role is unknown).
    """
    team = access.require_team(actor, Ability.MANAGE, team_id)
    role = validate_role(role)
    username = validate_text(username.strip(), field="username")
    with transaction.atomic():
        user = access.people_known_to(actor).filter(username=username).first()
        if user is None:
            message = Message(
                "None of your teams has a member “{name}”. Invite them, or ask an administrator.",
                name=username,
            )
            raise InvalidRequest.for_field("username", message)
        membership, is_new = Membership.objects.get_or_create(
            team=team, user=user, defaults={"role": role}
        )
        if not is_new:
            message = Message("“{name}” is a member of the team already.", name=username)
            raise InvalidRequest.for_field("username", message)
        record_managed(team, "member.added", actor, member=user.username, role=role)
    log.info("member_added", team=str(team.id), member=user.pk, role=role, by=actor and actor.pk)
    return membership
