"""Tokens: keys with which programs authenticate. Each log-in makes one; people make others."""

from __future__ import annotations

import datetime
import hashlib
import secrets
import uuid
from collections.abc import Iterable

from django.db import OperationalError
from django.db.models import Q, QuerySet
from django.utils import timezone

from documents.models import ApiToken, TokenScope, User
from documents.sign_in.token_uses import token_uses

#: How long a token is valid unless its maker says otherwise, and at most.
DEFAULT_VALIDITY = datetime.timedelta(days=365)
LONGEST_VALIDITY = datetime.timedelta(days=10 * 365)
#: How exactly it is known when a token was last used: writing more often would cost every request.
USE_PRECISION = datetime.timedelta(minutes=1)
#: For how long people see that a token they named has ended.
SHOWN_AFTER_END = datetime.timedelta(days=30)

#: What a key begins with, so that people and scanners of source code recognise one.
_MARK = "ocr_"
_PREFIX_LENGTH = len(_MARK) + 8


def create_token(
    user: User,
    validity: datetime.timedelta = DEFAULT_VALIDITY,
    *,
    name: str = "",
    scopes: Iterable[str] = TokenScope.values,
    team_ids: Iterable[uuid.UUID] = (),
) -> tuple[ApiToken, str]:
    """A new token and its key, which is stored nowhere. No `team_ids`: all teams of the user."""
    key = _MARK + secrets.token_hex(32)
    wanted = set(scopes)
    token = ApiToken.objects.create(
        digest=_digest(key),
        prefix=key[:_PREFIX_LENGTH],
        user=user,
        log_in_key=user.log_in_key,
        name=name,
        scopes=[scope for scope in TokenScope.values if scope in wanted],
        team_ids=sorted(str(team_id) for team_id in set(team_ids)),
        expires_at=timezone.now() + validity,
    )
    return token, key


def find_token(key: str) -> ApiToken | None:
    """The valid token with this key and its user, who is limited to what the token allows, in one
    query; None where there is none."""
    # The conditions that a digest leaves are checked here: each request pays for the query.
    token = ApiToken.objects.select_related("user").filter(digest=_digest(key)).order_by()[:1]
    found = next(iter(token), None)
    if found is None or not is_valid(found):
        return None
    found.user.limits = found.limits
    return found


def is_valid(token: ApiToken) -> bool:
    """As `valid_tokens_of` asks the database, and whether its user may log in."""
    user = token.user
    return (
        token.expires_at > timezone.now()
        and token.revoked_at is None
        and token.log_in_key == user.log_in_key
        and user.is_active
    )


def valid_tokens_of(user: User) -> QuerySet[ApiToken]:
    """Those that would open something, the newest first."""
    return ApiToken.objects.filter(
        user=user,
        log_in_key=user.log_in_key,
        revoked_at=None,
        expires_at__gt=timezone.now(),
    )


def record_use(token: ApiToken) -> None:
    """Note that the token is used now, at most once in USE_PRECISION. Where the process writes such
    notes itself (`token_uses`), no request waits for that; else a database that is too busy to
    write it fails no request."""
    now = timezone.now()
    if token.last_used_at is not None and now - token.last_used_at < USE_PRECISION:
        return
    if token_uses.are_flushed:
        token_uses.note(token.pk, now)
        token.last_used_at = now
        return
    try:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    except OperationalError:
        return
    token.last_used_at = now


def delete_ended_tokens(user: User) -> None:
    """Delete those of `user` that ended; those with a name are shown for a while before."""
    now = timezone.now()
    ended = Q(name="", expires_at__lte=now) | ~Q(log_in_key=user.log_in_key)
    long_ago = Q(expires_at__lte=now - SHOWN_AFTER_END) | Q(revoked_at__lte=now - SHOWN_AFTER_END)
    ApiToken.objects.filter(ended | long_ago, user=user).delete()


def _digest(key: str) -> str:
    # A key has 256 random bits, so it needs neither salt nor a slow hash.
    return hashlib.sha256(key.encode("utf-8", errors="replace")).hexdigest()
