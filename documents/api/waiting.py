"""`Prefer: wait=N` (RFC 7240): an answer that waits until the document has been read.

No thread waits: the web process asks again (documents/http/ask_again.py).
"""

from __future__ import annotations

from typing import TypeVar

from django.http.response import HttpResponseBase
from rest_framework.request import Request

from documents.api.openapi.describe import header
from documents.http.ask_again import ask_again, preferred_seconds

#: Seconds at most; gateways end a request after a minute.
MOST_SECONDS = 30

PREFER = header("Prefer", "`wait=N`: answer when the document has been read, within N <= 30 s.")

AnyResponse = TypeVar("AnyResponse", bound=HttpResponseBase)


def wait_until_read(
    request: Request, response: AnyResponse, *, unfinished: bool, path: str = ""
) -> AnyResponse:
    """Have `response` wait where the client prefers that and the document is `unfinished`.

    `path`: of the document, where it is not the request's own; then status and Location stay.
    """
    seconds = min(preferred_seconds(request, 0), MOST_SECONDS)
    if seconds:
        response.headers["Preference-Applied"] = f"wait={seconds}"
        if unfinished:
            ask_again(request, response, seconds=seconds, most=MOST_SECONDS, path=path)
            del response.headers["Retry-After"]
    return response
