"""Replace the password that the archive made for its first administrator."""

from __future__ import annotations

import structlog
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from documents.errors import InvalidRequest, NotFound
from documents.messages import Message, verbatim
from documents.models import User
from documents.text.validation import validate_text

log = structlog.get_logger(__name__)


def replace_generated_password(password: str, *, actor: User) -> User:
    """Every other session and token of theirs ends.

    Raises NotFound where their password is not a generated one, InvalidRequest for a weak one.
    """
    validate_text(password, field="password")
    try:
        validate_password(password, actor)
    except ValidationError as error:
        raise InvalidRequest.for_field("password", verbatim(" ".join(error.messages))) from error
    user = User(username=actor.username)
    user.set_password(password)  # takes its time: not inside the transaction
    with transaction.atomic():
        locked = User.objects.select_for_update().filter(pk=actor.pk).first()
        if locked is None or not locked.has_generated_password:
            raise NotFound(Message("Your password was chosen by a person already."))
        locked.password, locked.log_in_key = user.password, user.log_in_key
        locked.has_generated_password = False
        locked.save(update_fields=["password"])
    log.info("generated_password_replaced", user_id=locked.pk)
    return locked
