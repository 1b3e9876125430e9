"""Whose credentials a request carries: a token, or the cookie of a session."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from rest_framework.exceptions import AuthenticationFailed

from documents.api.authentication import find_token_of


def carries_credentials(environ: Mapping[str, Any]) -> bool:
    """Whether there is anything to check."""
    cookie = f"{settings.SESSION_COOKIE_NAME}="
    headers = ("HTTP_AUTHORIZATION", "HTTP_X_API_KEY")
    return any(map(environ.__contains__, headers)) or cookie in environ.get("HTTP_COOKIE", "")


def find_sender(environ: Mapping[str, Any]) -> str | None:
    """The primary key of the user whose valid credentials the request carries; asks the database.

    It decides only whether a body is read and in whose share; the view decides what the user may
    do, as for every request.
    """
    close_old_connections()
    try:
        request = WSGIRequest(dict(environ))
        try:
            token = find_token_of(request)
        except AuthenticationFailed:
            return None
        if token is not None:
            return str(token.user_id)
        sessions = import_module(settings.SESSION_ENGINE)
        request.session = sessions.SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
        user = get_user(request)
        return str(user.pk) if user.is_authenticated else None
    finally:
        close_old_connections()
