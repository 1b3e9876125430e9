"""Answers of the site itself, given before a request reaches the API or a page.

The language middleware has not run yet, so the language is found here: the one of the cookie, or
of Accept-Language.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.html import format_html

from documents.messages import Message
from documents.problem_details import MEDIA_TYPE, build_problem

#: Seconds after which a request is worth another try while the site starts.
RETRY_AFTER = 2

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


def build_unavailable_response(
    request: HttpRequest, *, code: str, title: Message, detail: Message, retry_after: int
) -> HttpResponse:
    """503: a page that reloads itself for a browser, a problem document for everyone else.

    `retry_after`: seconds.
    """
    response: HttpResponse
    if request.accepts("text/html") and "text/html" in request.headers.get("Accept", ""):
        language = translation.get_language_from_request(request)
        with translation.override(language):
            response = HttpResponse(
                format_html(
                    '<!doctype html><html lang="{}"><head><meta charset=utf-8><title>{}</title>'
                    '<meta http-equiv="refresh" content="{}"></head><body><p>{}</p></body></html>',
                    language,
                    title.translated(),
                    retry_after,
                    detail.translated(),
                ),
                status=503,
            )
    else:
        response = build_problem_response(request, 503, code=code, title=title, detail=detail)
    response["Retry-After"] = str(retry_after)
    response["Cache-Control"] = "no-store"
    return response
