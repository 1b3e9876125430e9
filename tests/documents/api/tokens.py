"""The API as somebody with a token uses it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from rest_framework.test import APIClient

from documents.models import TokenScope, User
from documents.sign_in.tokens import create_token


def token_client(
    user: User,
    *scopes: str,
    teams: Iterable[uuid.UUID] = (),
) -> APIClient:
    """No scopes: all of them."""
    _, key = create_token(user, name="a", scopes=scopes or TokenScope.values, team_ids=teams)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client
