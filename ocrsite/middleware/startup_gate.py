"""Admits no request before the start is over: the database may still be migrated."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from documents.messages import Message
from ocrsite.responses import RETRY_AFTER, GetResponse, build_unavailable_response
from ocrsite.runtime.start_state import read_current_start

#: Paths that respond during a start, too.
ALWAYS_OPEN = ("/health", "/health/", "/health/ready", "/health/ready/")


class StartupGate:
    """Responds 503 with Retry-After until bootstrap has succeeded."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path in ALWAYS_OPEN or read_current_start().ready:
            return self.get_response(request)
        return build_unavailable_response(
            request,
            code="starting",
            title=Message("The archive is starting."),
            detail=Message("The archive is starting. Try again in a moment."),
            retry_after=RETRY_AFTER,
        )
