"""What is shown where there is no page: one form, in the reader's language.

The API answers by itself under /api/. Everywhere else Django would show bare English lines, or
nothing at all. Its handlers (named in `ocrsite.urls` and CSRF_FAILURE_VIEW) and the middleware put
`ocrsite.responses.build_refusal` in their place.
"""

from __future__ import annotations

import structlog
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from documents.api.statuses import retry_after, status_of
from documents.errors import ArchiveError
from documents.files.disk_errors import is_disk_full, storage_full
from documents.messages import Message
from ocrsite.responses import GetResponse, build_refusal

log = structlog.get_logger("ocrsite.web")


def handle_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return build_refusal(
        request,
        400,
        code="invalid-request",
        title=Message("The request is not valid."),
        detail=Message("The server does not understand this request. Go back and try again."),
    )


def handle_forbidden(
    request: HttpRequest, exception: Exception | None = None, reason: str = ""
) -> HttpResponse:
    """`reason`: why a form was refused (Django's words, for the log)."""
    if reason:
        log.info("form_refused", path=request.path, reason=reason)
    return build_refusal(
        request,
        403,
        code="permission-denied",
        title=Message("This is not allowed."),
        detail=Message(
            "Your account does not allow this, or the page was opened too long ago. Open the page "
            "again, log in where you are asked to, and repeat what you did."
        ),
    )


def handle_missing_page(request: HttpRequest, exception: Exception) -> HttpResponse:
    return build_refusal(
        request,
        404,
        code="not-found",
        title=Message("There is no such thing here."),
        detail=Message(
            "Nothing is kept at this address, or it is not for you. Check the address, or start "
            "from the first page."
        ),
    )


def handle_failure(request: HttpRequest) -> HttpResponse:
    return build_refusal(
        request,
        500,
        code="internal-error",
        title=Message("Something went wrong on the server."),
        detail=Message(
            "An unexpected error; the server’s log has it. Try again, and report it to the "
            "administrator if it persists."
        ),
    )


class ErrorPages:
    """Fills in empty answers (405), and answers errors of the archive that a page did not expect:
    a full disk while a form was read."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code != 405 or response.streaming or response.content:  # type: ignore[attr-defined]
            return response
        page = build_refusal(
            request,
            405,
            code="method-not-allowed",
            title=Message("This can't be done here."),
            detail=Message("This address can’t be used in this way. Start from the first page."),
        )
        page["Allow"] = response["Allow"]
        return page

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if is_disk_full(exception):
            exception = storage_full()
        if not isinstance(exception, ArchiveError):
            return None
        status = status_of(type(exception))
        log.warning("request_not_served", path=request.path, code=exception.code,
                    error=str(exception))  # fmt: skip
        page = build_refusal(
            request,
            status,
            code=exception.code,
            title=Message(exception.title),
            detail=exception.message,
        )
        seconds = retry_after(exception)
        if seconds:
            page["Retry-After"] = str(seconds)
        return page
