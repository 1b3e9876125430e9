"""Shows times in the browser's time zone.

No request header names the browser's time zone, so a script of every page stores its name in a
cookie. Only pages use it: the API always uses UTC.
"""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from ocrsite.responses import GetResponse

#: Set by documents/static/documents/web/timezone.js.
COOKIE = "timezone"
#: The longest existing name has 32 letters.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(/[A-Za-z0-9_+\-]+){0,2}")
_LONGEST = 64
_PROGRAMS = ("/api/", "/health", "/metrics")


class BrowserTimeZone:
    """Activates the browser's time zone for people's pages; UTC where it is not known."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(_PROGRAMS):
            return self.get_response(request)
        with timezone.override(find_time_zone(request.COOKIES.get(COOKIE, ""))):
            return self.get_response(request)


def find_time_zone(name: str) -> ZoneInfo | None:
    """The time zone of that name; None for any other text."""
    if len(name) > _LONGEST or not _NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # missing; not a time zone's file; a directory
        return None
