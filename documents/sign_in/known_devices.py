"""The cookie of a device on which somebody has logged in before.

Whoever tries passwords can delay others who try, but not the owner at their own device: it is
counted by itself. The cookie is signed and opens nothing. It names a random device and the accounts
that were used there, each bound to the account's `log_in_key`: a new password forgets all devices.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from documents.models import User

COOKIE = "known_device"
#: Seconds: 400 days, the longest that browsers keep a cookie.
MAX_AGE = 400 * 86_400
#: Accounts that one device remembers; the least recently used is forgotten first.
_ACCOUNTS = 8
_SALT = "documents.known-device"


@dataclass(frozen=True)
class _Device:
    """`accounts`: (id of a user, proof that this device logged in as them), the newest first."""

    id: str
    accounts: tuple[tuple[int, str], ...]


def find_device(cookie: str, user: User) -> str | None:
    """The id of the device whose cookie this is, if `user` has logged in there; else None."""
    device = _read(cookie)
    if device is None:
        return None
    proofs = [proof for user_id, proof in device.accounts if user_id == user.pk]
    expected = _prove(device.id, user)
    return device.id if any(constant_time_compare(p, expected) for p in proofs) else None


def remember_device(response: HttpResponse, cookie: str, user: User) -> None:
    """Set the cookie: `user` has just logged in on the device that sent `cookie`."""
    device = _read(cookie) or _Device(secrets.token_urlsafe(12), ())
    others = [account for account in device.accounts if account[0] != user.pk]
    accounts = [(user.pk, _prove(device.id, user)), *others][:_ACCOUNTS]
    response.set_cookie(
        COOKIE,
        signing.dumps([device.id, accounts], salt=_SALT),
        max_age=MAX_AGE,
        httponly=True,
        samesite="Lax",
    )


def _read(cookie: str) -> _Device | None:
    if not cookie:
        return None
    try:
        value: Any = signing.loads(cookie, salt=_SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    # Signed by us, so it has the shape that `remember_device` writes.
    return _Device(value[0], tuple((user_id, proof) for user_id, proof in value[1]))


def _prove(device_id: str, user: User) -> str:
    text = f"{device_id}:{user.pk}:{user.log_in_key}"
    return salted_hmac(_SALT, text, algorithm="sha256").hexdigest()[:32]
