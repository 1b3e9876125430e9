"""Accept an invitation: the invited person chooses the password of their account."""

from __future__ import annotations

import structlog
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from documents.actions.invitation_key import find_invited
from documents.audit.record import record_managed
from documents.errors import InvalidRequest, NotFound
from documents.messages import Message, verbatim
from documents.models import User
from documents.text.validation import validate_text

log = structlog.get_logger(__name__)


def accept_invitation(key: str, password: str) -> User:
    """Raises NotFound where `key` invites nobody (any more), InvalidRequest for a weak password."""
    user = find_invited(key)
    if user is None:
        raise _ended()
    validate_text(password, field="password")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidRequest.for_field("password", verbatim(" ".join(error.messages))) from error
    user.set_password(password)  # takes its time: not inside the transaction
    with transaction.atomic():
        User.objects.select_for_update().filter(pk=user.pk).first()
        if find_invited(key) is None:
            raise _ended()
        user.save(update_fields=["password"])
        for membership in user.memberships.select_related("team"):
            record_managed(membership.team, "member.joined", user)
    log.info("invitation_accepted", member=user.pk)
    return user


def _ended() -> NotFound:
    return NotFound(
        Message(
            "This invitation has been used or has expired. Ask a manager of your team for a new "
            "one."
        )
    )
