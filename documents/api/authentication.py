"""Authentication of API requests by token."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from documents.models import ApiToken, User
from documents.sign_in.tokens import find_token

SCHEME = "Token"


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token KEY`; `request.auth` is the token. One query a request."""

    def authenticate(self, request: Request | HttpRequest) -> tuple[User, ApiToken] | None:
        # Reads the header alone, which both kinds of request have.
        header = get_authorization_header(request)  # type: ignore[arg-type]
        scheme, *key = header.split()[:3] or [b""]
        if scheme.lower() != SCHEME.lower().encode():
            return None
        if len(key) != 1:
            raise AuthenticationFailed(
                _("The Authorization header is not valid. Send “Authorization: Token KEY”.")
            )
        token = find_token(key[0].decode("utf-8", errors="replace"))
        if token is None:
            raise AuthenticationFailed(
                _("The token is unknown or has expired. Log in again for a new one.")
            )
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return SCHEME
