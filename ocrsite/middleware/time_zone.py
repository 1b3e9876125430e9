"""Times as the person's own clock shows them.

No request says in which time zone the browser is, so a script of the admin keeps its name in a
cookie. Only the admin's pages follow it: the API speaks UTC to everyone.
"""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from ocrsite.responses import GetResponse

#: Set by documents/static/documents/admin/timezone.js.
COOKIE = "timezone"
#: The longest name there is has 32 letters.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(/[A-Za-z0-9_+\-]+){0,2}")
_LONGEST = 64


class BrowserTimeZone:
    """Makes the browser's zone the current one while the admin answers; UTC where none is known."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(reverse("admin:index")):
            return self.get_response(request)
        with timezone.override(zone_called(request.COOKIES.get(COOKIE, ""))):
            return self.get_response(request)


def zone_called(name: str) -> ZoneInfo | None:
    """The zone of that name; None where there is none, whatever a client wrote."""
    if len(name) > _LONGEST or not _NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not there; not a zone's file; a directory
        return None
