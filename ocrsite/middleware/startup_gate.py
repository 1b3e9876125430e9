"""Nobody is let in before the start is over: the database may still be migrated."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from ocrsite.responses import RETRY_AFTER, GetResponse, unavailable
from ocrsite.runtime.start_state import current_start

#: What answers during a start as ever.
ALWAYS_OPEN = ("/health", "/health/", "/health/ready", "/health/ready/")


class StartupGate:
    """Answers 503 with Retry-After until bootstrap is over."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path in ALWAYS_OPEN or current_start().ready:
            return self.get_response(request)
        return unavailable(
            request,
            code="starting",
            title=_("The archive is starting."),
            detail=_("The archive is starting. Try again in a moment."),
            retry_after=RETRY_AFTER,
        )
