"""Links that open one file of one document for a while, for whoever has them.

Nothing is stored: the address says who made the link, until when it opens, and a signature of both
with the file. It opens what its maker may see at that moment, as long as the token with which it
was made is valid, or, without one, until the maker's password changes or all sessions are ended.
"""

from __future__ import annotations

import base64
import datetime
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from documents.models import ApiToken, TokenLimits, TokenScope, User
from documents.sign_in.tokens import is_valid

#: How long a link opens unless its maker says otherwise, and at most.
USUAL_VALIDITY = datetime.timedelta(minutes=15)
LONGEST_VALIDITY = datetime.timedelta(days=1)

#: The parameters of an address that make it a link.
PARAMETERS = ("by", "expires", "signature")

_SALT = "documents.sign_in.file_links"
_TOKEN, _USER = "token-", "user-"


@dataclass(frozen=True)
class LinkedFile:
    """`kind`: "original", or what stands after `result.`. `query`: the other parameters."""

    document_id: uuid.UUID
    kind: str
    query: Mapping[str, str] = field(default_factory=dict)


def sign_link(
    file: LinkedFile, maker: User, token_id: uuid.UUID | None, expires_at: datetime.datetime
) -> dict[str, str]:
    """The values of PARAMETERS. `token_id`: of the token with which `maker` came, if any."""
    by = f"{_USER}{maker.pk}" if token_id is None else f"{_TOKEN}{token_id.hex}"
    expires = str(int(expires_at.timestamp()))
    return {"by": by, "expires": expires, "signature": _sign(file, maker, by, expires)}


def open_link(file: LinkedFile, given: Mapping[str, str]) -> User | None:
    """Who made the link, limited to reading what they may read now; None where it opens nothing.
    `given`: the values of PARAMETERS."""
    by, expires, signature = (given.get(name, "") for name in PARAMETERS)
    maker = _find_maker(by)
    if maker is None or not constant_time_compare(signature, _sign(file, maker, by, expires)):
        return None
    return maker if int(expires) > timezone.now().timestamp() else None


def _find_maker(by: str) -> User | None:
    user: User | None
    if by.startswith(_TOKEN):
        try:
            token_id = uuid.UUID(by.removeprefix(_TOKEN))
        except ValueError:
            return None
        token = ApiToken.objects.select_related("user").filter(public_id=token_id).first()
        if token is None or not is_valid(token):
            return None
        user, limits = token.user, token.limits
        user.limits = replace(limits, scopes=limits.scopes & {TokenScope.READ.value})
        return user
    number = by.removeprefix(_USER)
    if not by.startswith(_USER) or not number.isascii() or not number.isdigit():
        return None
    user = User.objects.filter(pk=number[:18], is_active=True).first()
    if user is not None:
        latest = timezone.now() + LONGEST_VALIDITY
        user.limits = TokenLimits(frozenset({TokenScope.READ.value}), None, latest)
    return user


def _sign(file: LinkedFile, maker: User, by: str, expires: str) -> str:
    # The maker's key changes with the password and with a log-out everywhere.
    signed = [file.document_id.hex, file.kind, sorted(file.query.items()), by, expires,
              maker.log_in_key]  # fmt: skip
    mac = salted_hmac(_SALT, json.dumps(signed), algorithm="sha256")
    return base64.urlsafe_b64encode(mac.digest()).decode().rstrip("=")
