"""Answers of pages that were refused because too much is going on (the API has its own)."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from documents.api.statuses import retry_after, status_of
from documents.errors import Busy, TooManyAttempts
from documents.messages import Message
from ocrsite.responses import GetResponse, build_unavailable_response


class RefusalPages:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        if not isinstance(error, Busy | TooManyAttempts):
            return None
        return build_unavailable_response(
            request,
            status=status_of(type(error)),
            code=error.code,
            title=Message(error.title),
            detail=error.message,
            retry_after=retry_after(error) or 1,
        )
