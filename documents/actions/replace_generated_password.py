"""Replace the password that the archive made for its first administrator."""

from __future__ import annotations

import structlog
from django.db import transaction

from documents.actions.change_password import hash_password, take_password
from documents.errors import NotFound
from documents.messages import Message
from documents.models import User

log = structlog.get_logger(__name__)


def replace_generated_password(password: str, *, actor: User) -> User:
    """Every other session and token of theirs ends.

    Raises NotFound where their password is not a generated one, InvalidRequest for a weak one.
    """
    hashed = hash_password(password, actor)
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=actor.pk).first()
        if user is None or not user.has_generated_password:
            raise NotFound(Message("Your password was chosen by a person already."))
        take_password(user, hashed)
    log.info("generated_password_replaced", user_id=user.pk)
    return user
