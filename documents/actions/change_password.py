"""Change one's own password, which one knows."""

from __future__ import annotations

import structlog
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from documents.audit.record import record_account
from documents.errors import InvalidRequest
from documents.messages import Message, verbatim
from documents.models import User
from documents.text.validation import validate_text

log = structlog.get_logger(__name__)


def change_password(old: str, new: str, *, actor: User) -> User:
    """Every other session and token of theirs ends.

    Raises InvalidRequest for a wrong old password or a weak new one.
    """
    if not actor.check_password(old):
        message = Message("This is not your password. Mind capitals and the keyboard’s layout.")
        raise InvalidRequest.for_field("old_password", message)
    hashed = hash_password(new, actor)
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=actor.pk)
        if user.password != actor.password:
            message = Message("Your password has just been changed elsewhere. Log in again.")
            raise InvalidRequest.for_field("old_password", message)
        take_password(user, hashed)
        record_account(user, "account.password", actor)
    log.info("password_changed", user_id=user.pk)
    return user


def hash_password(password: str, user: User) -> User:
    """An unsaved user with this password: hashing takes its time, outside of a transaction.

    Raises InvalidRequest for a weak one.
    """
    validate_text(password, field="password")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidRequest.for_field("password", verbatim(" ".join(error.messages))) from error
    hashed = User(username=user.username)
    hashed.set_password(password)
    return hashed


def take_password(user: User, hashed: User) -> None:
    """Save the password of `hashed` as that of `user`, whose row is locked."""
    user.password, user.log_in_key = hashed.password, hashed.log_in_key
    user.has_generated_password = False
    user.save(update_fields=["password"])
