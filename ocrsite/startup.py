"""Nobody is let in before the start is over: the database may still be migrated."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from ocrsite.environment import environment
from ocrsite.responses import unavailable
from ocrsite.runtime.instance import Start, read_start

#: What answers during a start as ever.
ALWAYS_OPEN = ("/health", "/health/", "/health/ready", "/health/ready/")
RETRY_AFTER = 2

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_lock = threading.Lock()
_over: Start | None = None


def current_start() -> Start:
    """How far this process's start has come; read from the disk until it is over."""
    global _over
    with _lock:
        if _over is not None:
            return _over
        env = environment()
        found = read_start(env.data_dir, env.life)
        if found.ready:
            _over = found
        return found


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
