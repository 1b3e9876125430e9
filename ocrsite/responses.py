"""Answers of the site itself, given before a request reaches a door."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.html import format_html


def problem(status: int, title: str, detail: str) -> JsonResponse:
    """A problem document (RFC 9457) in the shape of the HTTP contract."""
    content = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "errors": {},
    }
    return JsonResponse(content, status=status, content_type="application/problem+json")


def unavailable(request: HttpRequest, *, title: str, detail: str, retry_after: int) -> HttpResponse:
    """503: a page that reloads itself for a browser, a problem document for everyone else.

    `retry_after`: seconds.
    """
    response: HttpResponse
    if request.accepts("text/html") and "text/html" in request.headers.get("Accept", ""):
        response = HttpResponse(
            format_html(
                "<!doctype html><html><head><meta charset=utf-8><title>{}</title>"
                '<meta http-equiv="refresh" content="{}"></head><body><p>{}</p></body></html>',
                title,
                retry_after,
                detail,
            ),
            status=503,
        )
    else:
        response = problem(503, title, detail)
    response["Retry-After"] = str(retry_after)
    response["Cache-Control"] = "no-store"
    return response
