"""Pages are sent compressed; static files are compressed when they are collected."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressPages(GZipMiddleware):
    """Django's middleware, for pages only.

    A page repeats what an address says beside a secret (the form's token), so its length could tell
    (BREACH): the token is masked again in each answer, and Django adds random bytes. The API's
    answers stay as they are: an ETag of theirs is compared byte by byte.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "")
        if response.streaming or not kind.startswith("text/html"):
            return response
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed
