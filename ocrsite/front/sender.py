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

from documents.api.authentication import TokenAuthentication


def carries_credentials(environ: Mapping[str, Any]) -> bool:
    """Whether there is anything to check."""
    cookie = f"{settings.SESSION_COOKIE_NAME}="
    return "HTTP_AUTHORIZATION" in environ or cookie in environ.get("HTTP_COOKIE", "")


def find_sender(environ: Mapping[str, Any]) -> str | None:
    """The primary key of the user whose valid credentials the request carries; asks the database.

    It decides only whether a body is read and in whose share; the view decides what the user may
    do, as for every request.
    """
    close_old_connections()
    try:
        request = WSGIRequest(dict(environ))
        try:
            found = TokenAuthentication().authenticate(request)
        except AuthenticationFailed:
            return None
        if found is not None:
            return str(found[0].pk)
        sessions = import_module(settings.SESSION_ENGINE)
        request.session = sessions.SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
        user = get_user(request)
        return str(user.pk) if user.is_authenticated else None
    finally:
        close_old_connections()
