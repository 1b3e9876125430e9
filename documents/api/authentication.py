"""Authentication of API requests by token."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from knox import auth
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed


class TokenAuthentication(auth.TokenAuthentication):
    """`Authorization: Token KEY`. One query per request: the token is found by its hash."""

    def authenticate_credentials(self, token: bytes) -> Any:
        digest = hash_token(token.decode("utf-8", errors="replace"))
        found = AuthToken.objects.select_related("user").filter(digest=digest).first()
        if found is None or (found.expiry is not None and found.expiry < timezone.now()):
            raise AuthenticationFailed(
                _("The token is unknown or has expired. Log in again for a new one.")
            )
        if found.expiry is not None:
            self.renew_token(found)
        return self.validate_user(found)
