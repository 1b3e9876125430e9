"""The limit of requests a token, and the headers that tell a client how it stands.

`RateLimit` and `RateLimit-Policy` follow draft-ietf-httpapi-ratelimit-headers-10.
"""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from documents.models import ApiToken
from documents.sign_in.rate_limits import WINDOW, Usage, count_request

_POLICY = "token"


class TokenRate(BaseThrottle):
    """Sessions are not limited: a person's pages ask only for what is seen."""

    _usage: Usage | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        # The web process asks again for a request that waits; the client has sent one.
        key = _find_key(request.auth)
        if key is None or "ocrsite.again" in request.META:
            return True
        self._usage = count_request(key)
        if self._usage is None:
            return True
        # Read when the response is finished: an error's response, too, says how the client stands.
        request._request.META["ocrsite.rate"] = self._usage
        return not self._usage.exceeded

    def wait(self) -> float | None:
        return self._usage.reset if self._usage else None


def _find_key(auth: object) -> str | None:
    """What requests are counted by: a token, or the links that one person or token made."""
    if isinstance(auth, ApiToken):
        return str(auth.pk)
    key = getattr(auth, "rate_key", None)
    return key if isinstance(key, str) else None


def set_rate_headers(request: Request, response: Response) -> None:
    usage = request.META.get("ocrsite.rate")
    if isinstance(usage, Usage):
        policy = f'"{_POLICY}";q={usage.limit};w={WINDOW}'
        response.headers["RateLimit-Policy"] = policy
        response.headers["RateLimit"] = f'"{_POLICY}";r={usage.remaining};t={usage.reset}'
