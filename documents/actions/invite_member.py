"""Invite a person who has no account yet into a team."""

from __future__ import annotations

import uuid

import structlog
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from documents import access
from documents.access import Ability
from documents.actions.change_role import validate_role
from documents.audit.record import record_managed
from documents.errors import InvalidRequest
from documents.messages import Message
from documents.models import Membership, User

log = structlog.get_logger(__name__)

USERNAME_LENGTH = 150


def invite_member(
    team_id: uuid.UUID, username: str, role: str, *, actor: User | None
) -> Membership:
    """Create a user without a password, in this team only, whom an invitation lets in
    (`invitation_key`). They use the archive's pages; the administration is not theirs.

    Raises NotFound, NotAllowed, InvalidRequest (the name is not valid or taken, the role unknown).
    """
    team = access.require_team(actor, Ability.MANAGE, team_id)
    role = validate_role(role)
    user = User(username=_validate_username(username))
    user.set_unusable_password()
    try:
        with transaction.atomic():
            if User.objects.filter(username__iexact=user.username).exists():
                raise _taken(user.username)
            user.save(force_insert=True)
            membership = Membership.objects.create(team=team, user=user, role=role, is_default=True)
            record_managed(team, "member.invited", actor, member=user.username, role=role)
    except IntegrityError as error:
        raise _taken(user.username) from error
    log.info("member_invited", team=str(team.id), member=user.pk, role=role,
             by=actor and actor.pk)  # fmt: skip
    return membership


def _validate_username(username: str) -> str:
    username = User.normalize_username(username.strip())
    try:
        User.username_validator(username)
    except ValidationError:
        valid = False
    else:
        valid = 0 < len(username) <= USERNAME_LENGTH
    if not valid:
        message = Message(
            "A user name has letters, digits and the signs @ . + - _, at most {most} of them.",
            most=USERNAME_LENGTH,
        )
        raise InvalidRequest.for_field("username", message)
    return username


def _taken(username: str) -> InvalidRequest:
    message = Message(
        "There is a user “{name}” already. Choose another name, or ask an administrator to add "
        "that user to your team.",
        name=username,
    )
    return InvalidRequest.for_field("username", message)
