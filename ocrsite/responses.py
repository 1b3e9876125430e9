"""Answers of the site itself, given before a request reaches the API or a page.

The language middleware has not run yet, so the language is found here: the one of the cookie, or
of Accept-Language.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import translation

from documents.http.problem_details import MEDIA_TYPE, build_problem
from documents.messages import Message

#: Seconds after which a request is worth another try while the site starts.
RETRY_AFTER = 2

#: Paths of programs: their errors are problem documents, whatever the request accepts.
_PROGRAMS = re.compile(r"/(api|health|metrics|mcp|ocr)(/|$)")

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def build_problem_response(
    request: HttpRequest, status: int, *, code: str, title: Message, detail: Message
) -> JsonResponse:
    """A problem document in the language of `request`."""
    language = translation.get_language_from_request(request)
    with translation.override(language):
        content = build_problem(status, code=code, title=title, detail=detail)
    headers = {"Content-Language": language}
    return JsonResponse(content, status=status, content_type=MEDIA_TYPE, headers=headers)


def build_refusal(
    request: HttpRequest, status: int, *, code: str, title: Message, detail: Message
) -> HttpResponse:
    """A problem document for programs' paths (the API, health, metrics), a page everywhere else."""
    response: HttpResponse
    if _PROGRAMS.match(request.path):
        response = build_problem_response(request, status, code=code, title=title, detail=detail)
    else:
        response = _build_page(request, status, title=title, detail=detail)
    response["Cache-Control"] = "no-store"
    return response


def build_unavailable_response(
    request: HttpRequest, *, code: str, title: Message, detail: Message, retry_after: int
) -> HttpResponse:
    """503: a page that reloads itself for a browser, a problem document for everyone else.

    `retry_after`: seconds.
    """
    response: HttpResponse
    if request.accepts("text/html") and "text/html" in request.headers.get("Accept", ""):
        response = _build_page(request, 503, title=title, detail=detail, reload_after=retry_after)
    else:
        response = build_problem_response(request, 503, code=code, title=title, detail=detail)
    response["Retry-After"] = str(retry_after)
    response["Cache-Control"] = "no-store"
    return response


def _build_page(
    request: HttpRequest, status: int, *, title: Message, detail: Message, reload_after: int = 0
) -> HttpResponse:
    """A page in the language of `request`. `reload_after`: seconds, 0 for never."""
    language = translation.get_language_from_request(request)
    with translation.override(language):
        heading = title.translated()
        context = {
            "request": request,
            "title": heading,
            # Many a detail begins with its title, which stands above it here.
            "detail": detail.translated().removeprefix(heading).strip(),
            "reload_after": reload_after,
        }
        content = render_to_string("web/error.html", context)
    return HttpResponse(content, status=status, headers={"Content-Language": language})
