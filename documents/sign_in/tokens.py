"""Tokens: keys with which programs authenticate. Each log-in makes one."""

from __future__ import annotations

import datetime
import hashlib
import secrets

from django.db.models import F, Q
from django.utils import timezone

from documents.models import ApiToken, User

#: How long a token is valid unless its log-in says otherwise, and at most.
DEFAULT_VALIDITY = datetime.timedelta(days=365)
LONGEST_VALIDITY = datetime.timedelta(days=10 * 365)


def create_token(
    user: User, validity: datetime.timedelta = DEFAULT_VALIDITY
) -> tuple[ApiToken, str]:
    """A new token and its key, which is stored nowhere."""
    key = secrets.token_hex(32)
    token = ApiToken.objects.create(
        digest=_digest(key),
        user=user,
        log_in_key=user.log_in_key,
        expires_at=timezone.now() + validity,
    )
    return token, key


def find_token(key: str) -> ApiToken | None:
    """The valid token with this key and its user, in one query; None where there is none."""
    return (
        ApiToken.objects.select_related("user")
        .filter(
            digest=_digest(key),
            expires_at__gt=timezone.now(),
            log_in_key=F("user__log_in_key"),
            user__is_active=True,
        )
        .first()
    )


def delete_ended_tokens(user: User) -> None:
    """Delete those of `user` that expired or belong to an earlier `log_in_key`."""
    ended = Q(expires_at__lte=timezone.now()) | ~Q(log_in_key=user.log_in_key)
    ApiToken.objects.filter(ended, user=user).delete()


def _digest(key: str) -> str:
    # A key has 256 random bits, so it needs neither salt nor a slow hash.
    return hashlib.sha256(key.encode("utf-8", errors="replace")).hexdigest()
