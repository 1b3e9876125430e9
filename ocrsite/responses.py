"""Answers of the site itself, given before a request reaches a door.

No door has chosen a language yet, so it is the request's own: of the cookie, or Accept-Language.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.functional import Promise
from django.utils.html import format_html

#: Seconds after which a request is worth another try while the site starts.
RETRY_AFTER = 2

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def problem(
    status: int,
    title: str | Promise,
    detail: str | Promise,
    *,
    code: str = "",
    request: HttpRequest | None = None,
) -> JsonResponse:
    """A problem document (RFC 9457) in the shape of the HTTP contract: `title` is in the language
    of `request`, where one is given, `detail` in English. `code` is what programs rely on."""
    content = {
        "type": f"urn:ocrsite:problem:{code}" if code else "about:blank",
        "title": _said(title, language_of(request) if request else "en"),
        "status": status,
        **({"code": code} if code else {}),
        "detail": _said(detail, "en"),
        "errors": {},
    }
    return JsonResponse(content, status=status, content_type="application/problem+json")


def unavailable(
    request: HttpRequest,
    *,
    code: str,
    title: str | Promise,
    detail: str | Promise,
    retry_after: int,
) -> HttpResponse:
    """503: a page that reloads itself for a browser, a problem document for everyone else.

    `retry_after`: seconds.
    """
    response: HttpResponse
    if request.accepts("text/html") and "text/html" in request.headers.get("Accept", ""):
        language = language_of(request)
        response = HttpResponse(
            format_html(
                '<!doctype html><html lang="{}"><head><meta charset=utf-8><title>{}</title>'
                '<meta http-equiv="refresh" content="{}"></head><body><p>{}</p></body></html>',
                language,
                _said(title, language),
                retry_after,
                _said(detail, language),
            ),
            status=503,
        )
    else:
        response = problem(503, title, detail, code=code, request=request)
    response["Retry-After"] = str(retry_after)
    response["Cache-Control"] = "no-store"
    return response


def language_of(request: HttpRequest) -> str:
    """The language that the request asks for, of those the site has."""
    return translation.get_language_from_request(request)


def _said(text: str | Promise, language: str) -> str:
    with translation.override(language):
        return str(text)
