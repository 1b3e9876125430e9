"""Authentication of API requests by token."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from documents.models import ApiToken, User
from documents.sign_in.tokens import find_token, record_use

SCHEME = "Token"
_SCHEMES = (b"token", b"bearer")

#: For clients behind a gateway that keeps `Authorization` for itself. It wins where both are sent.
KEY_HEADER = "X-API-Key"


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token KEY` or `Bearer KEY`, or `X-API-Key: KEY`; `request.auth` is the token.
    One query a request, and a write a minute."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        token = find_token_of(request)
        if token is None:
            return None
        record_use(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


def find_token_of(request: Request | HttpRequest) -> ApiToken | None:
    """The token of the request, None where it brings none. Raises AuthenticationFailed."""
    key = _find_key(request)
    if key is None:
        return None
    token = find_token(key)
    if token is None:
        raise AuthenticationFailed(
            _("The token is unknown or has expired. Log in again for a new one.")
        )
    return token


def _find_key(request: Request | HttpRequest) -> str | None:
    key = request.headers.get(KEY_HEADER, "").strip()
    if key:
        return key
    # Reads the header alone, which both kinds of request have.
    header = get_authorization_header(request)  # type: ignore[arg-type]
    scheme, *keys = header.split()[:3] or [b""]
    if scheme.lower() not in _SCHEMES:
        return None
    if len(keys) != 1:
        raise AuthenticationFailed(
            _("The Authorization header is not valid. Send “Authorization: Token KEY”.")
        )
    return keys[0].decode("utf-8", errors="replace")
