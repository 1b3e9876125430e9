"""End a token: from now on it opens nothing."""

from __future__ import annotations

import uuid

import structlog
from django.db import transaction
from django.utils import timezone

from documents import access
from documents.audit.record import record_token
from documents.errors import NotFound
from documents.messages import Message
from documents.models import ApiToken, TokenScope, User

log = structlog.get_logger(__name__)


def revoke_token(token: ApiToken, *, actor: User) -> None:
    """Whoever holds a token may revoke it. One that is gone already is no error.

    What a log-in made is deleted; a token with a name stays for a while, as one that has ended.
    """
    if token.name:
        with transaction.atomic():
            valid = ApiToken.objects.filter(pk=token.pk, revoked_at=None)
            if valid.update(revoked_at=timezone.now()):
                record_token(token, "token.revoked", actor)
    else:
        ApiToken.objects.filter(pk=token.pk).delete()
    log.info("token_revoked", user_id=token.user_id, prefix=token.prefix)


def revoke_token_of(public_id: uuid.UUID, *, actor: User) -> None:
    """Of oneself, or of anybody by an administrator. Raises NotFound, NotAllowed."""
    access.require_scope(actor, TokenScope.ADMIN)
    access.require_unbound(actor)
    tokens = ApiToken.objects.all()
    if not access.sees_everything(actor):
        tokens = tokens.filter(user=actor)
    token = tokens.filter(public_id=public_id).first()
    if token is None:
        raise NotFound(Message("There is no token {token} here.", token=public_id))
    revoke_token(token, actor=actor)
