"""An answer that says "not yet", for which the web process asks again by itself for a while.

So a client gets its answer in one request, and no thread waits meanwhile: the front's event loop
does (`ocrsite/front/waiting.py`). Without the front a client asks again, as `Retry-After` says.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

#: Never sent to a client: the seconds for which to ask again, and the path ("": the same request).
HEADER = "Ocrsite-Ask-Again"

#: Seconds that a request waits where it does not say, and at most: gateways cut at 60 s.
USUAL_SECONDS, MOST_SECONDS = 20, 50

_PREFERRED = re.compile(r"(?:^|[,;\s])wait\s*=\s*(\d{1,4})(?:$|[,;\s])", re.IGNORECASE)

AnyResponse = TypeVar("AnyResponse", bound=HttpResponseBase)


def ask_again(
    request: HttpRequest | Any, response: AnyResponse, *, seconds: int = USUAL_SECONDS,
    most: int = MOST_SECONDS, path: str = "",
) -> AnyResponse:  # fmt: skip
    """Have `path` (GET; "": the request itself) asked until it answers without this mark.

    With a `path`, and unless `response` is a 202, the client gets the status and the Location of
    `response` and the last body: something was made, and is shown when it is ready.
    `seconds`: unless the request says `Prefer: wait=N` (RFC 7240). Returns `response`.
    """
    wanted = min(preferred_seconds(request, seconds), most, MOST_SECONDS)
    response.headers["Retry-After"] = "1"
    if wanted > 0:
        response.headers[HEADER] = f"{wanted} {path}".strip()
    return response


def preferred_seconds(request: HttpRequest | Any, usual: int) -> int:
    """How long the client is ready to wait: as `Prefer: wait=N` says, else `usual`."""
    found = _PREFERRED.search(request.headers.get("Prefer", ""))
    return int(found[1]) if found else usual
