"""Answers that a client may keep and has to ask about before it shows them again."""

from __future__ import annotations

from typing import TypeVar

from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from rest_framework.request import Request

#: Kept by the client alone, and only shown again once the server has said that it still holds:
#: access may have been taken away meanwhile.
REVALIDATE = "private, no-cache"

#: What never changes under its address. It is shown without asking for a day: that long after
#: access was taken away, a browser still shows what it was shown before.
IMMUTABLE = "private, max-age=86400, immutable"

Answer = TypeVar("Answer", bound=HttpResponseBase)


def not_modified(
    request: Request, etag: str, *, caching: str = REVALIDATE
) -> HttpResponseBase | None:
    """The 304 for a client that has this version already, else None."""
    if "If-None-Match" not in request.headers:
        return None
    answer = get_conditional_response(request._request, etag=etag)
    return revalidated(answer, etag, caching=caching) if answer is not None else None


def revalidated(response: Answer, etag: str, *, caching: str = REVALIDATE) -> Answer:
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = caching
    return response
