"""Answers that a client may store, and how it checks whether they still hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from rest_framework.request import Request
from rest_framework.response import Response

from documents.api.openapi.describe import header

IF_NONE_MATCH = header("If-None-Match", "The `ETag` of the answer that the client has.")

#: Stored by the client alone, and shown again only after the server has confirmed it: access may
#: have been withdrawn since.
REVALIDATE = "private, no-cache"

#: For small pictures in lists: a page of them asks for none that it has had within the hour.
BRIEF = "private, max-age=3600"

#: For content that never changes under its address. The client shows it for a day without asking:
#: that long after access was withdrawn, a browser can still show its copy.
IMMUTABLE = "private, max-age=86400, immutable"

AnyResponse = TypeVar("AnyResponse", bound=HttpResponseBase)


def respond_with_etag(request: Request, etag: str, data: Callable[[], Any]) -> HttpResponseBase:
    """`data()` with its ETag, or 304 for a client that has this version already."""
    return not_modified(request, etag) or set_validator(Response(data()), etag)


def not_modified(
    request: Request, etag: str, *, caching: str = REVALIDATE
) -> HttpResponseBase | None:
    """The 304 for a client that has this version already, else None."""
    if "If-None-Match" not in request.headers:
        return None
    answer = get_conditional_response(request._request, etag=etag)
    return set_validator(answer, etag, caching=caching) if answer is not None else None


def set_validator(response: AnyResponse, etag: str, *, caching: str = REVALIDATE) -> AnyResponse:
    """Set the headers by which a client checks its copy; returns `response`."""
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = caching
    return response
