"""End every session and token of a user, and forget the devices where they logged in."""

from __future__ import annotations

import structlog
from django.db import transaction

from documents import access
from documents.audit.record import record_account
from documents.errors import NotFound
from documents.messages import Message
from documents.models import ApiToken, TokenScope, User
from documents.models.team import make_log_in_key

log = structlog.get_logger(__name__)


def log_out_everywhere(user_id: int, *, actor: User) -> None:
    """Of oneself, or of anybody by an administrator. The password stays.

    Raises NotFound where there is no such user, or it is none of the actor's business; NotAllowed.
    """
    access.require_scope(actor, TokenScope.ADMIN)
    access.require_unbound(actor)
    if actor.pk != user_id and not access.administers(actor):
        raise _not_found(user_id)
    with transaction.atomic():
        if not User.objects.filter(pk=user_id).update(log_in_key=make_log_in_key()):
            raise _not_found(user_id)
        ApiToken.objects.filter(user_id=user_id).delete()
        record_account(User.objects.get(pk=user_id), "account.logged_out", actor)
    log.info("logged_out_everywhere", user_id=user_id, actor_id=actor.pk)


def _not_found(user_id: int) -> NotFound:
    return NotFound(Message("There is no user {user} here.", user=user_id))
