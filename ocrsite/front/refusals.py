"""What a request gets that Django never sees: a problem document, or a page.

A refusal whose body was not read closes the connection: what follows on it is no request.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.middleware.security import SecurityMiddleware

from documents.api.parsers import MAX_JSON_UPLOAD_BYTES
from documents.api.statuses import retry_after, status_of
from documents.errors import FileTooLarge, StorageFull
from documents.messages import Message
from ocrsite.front.limits import BodyTerms
from ocrsite.middleware.security import SecurityHeaders
from ocrsite.responses import build_refusal

#: Seconds after which a refused request is worth another try.
RETRY_AFTER = 5

_BUSY = Message("The server is busy. Try again in a moment.")


class Refusal(Exception):
    """A request is not passed on. `retry_after`: seconds, 0 where another try is of no use."""

    def __init__(
        self, status: int, code: str, title: Message, detail: Message, *, retry_after: int = 0
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.title, self.detail = status, code, title, detail
        self.retry_after = retry_after

    def build_response(self, environ: dict[str, Any]) -> HttpResponse:
        """The response in the language of the request; it closes the connection."""

        def answer(request: Any) -> HttpResponse:
            return build_refusal(
                request, self.status, code=self.code, title=self.title, detail=self.detail
            )

        answer_safely = SecurityMiddleware(SecurityHeaders(answer))
        response = answer_safely(WSGIRequest({**environ}))
        assert isinstance(response, HttpResponse)
        response["Connection"] = "close"
        if self.retry_after:
            response["Retry-After"] = str(self.retry_after)
        if self.status == 401:
            response["WWW-Authenticate"] = "Token"
        return response


def busy() -> Refusal:
    detail = Message("Too many requests at the moment. Try again in a few seconds.")
    return Refusal(503, "busy", _BUSY, detail, retry_after=RETRY_AFTER)


def too_many_uploads() -> Refusal:
    return Refusal(
        429,
        "busy",
        _BUSY,
        Message("Too many uploads of yours are under way. Try again in a few seconds."),
        retry_after=RETRY_AFTER,
    )


def sender_unknown() -> Refusal:
    return Refusal(
        401,
        "not-authenticated",
        Message("Log in first."),
        Message("Only somebody who is logged in may send this. Log in, then send it again."),
    )


def too_large(terms: BodyTerms) -> Refusal:
    if terms.file_limit:
        limit = settings.OCRSITE_MAX_UPLOAD_BYTES // 2**20
        detail = Message(
            "The file is larger than {limit} MB, the most this archive accepts. Split it, or ask "
            "the administrator to raise OCRSITE_MAX_UPLOAD_MB.",
            limit=limit,
        )
        return Refusal(413, FileTooLarge.code, Message(FileTooLarge.title), detail)
    if terms.limit == MAX_JSON_UPLOAD_BYTES:
        detail = Message(
            "An upload in JSON may have at most 32 MB, about 24 MB of file. Send a larger file "
            "as a form (multipart/form-data, field file)."
        )
        return Refusal(413, "request-too-large", Message("The request is too large."), detail)
    limit = terms.limit // 1024
    detail = Message(
        "The request may have at most {limit} kB here. Send less at once.", limit=limit
    )
    return Refusal(413, "request-too-large", Message("The request is too large."), detail)


def too_slow() -> Refusal:
    return Refusal(
        408,
        "request-too-slow",
        Message("The request came too slowly."),
        Message(
            "The rest of the request did not arrive in time. Send it again, over a faster "
            "connection if there is one."
        ),
    )


def storage_full(error: StorageFull) -> Refusal:
    return Refusal(
        status_of(type(error)),
        error.code,
        Message(error.title),
        error.message,
        retry_after=retry_after(error) or RETRY_AFTER,
    )


def head_too_large() -> Refusal:
    detail = Message("The head of the request is too large. Delete this site’s cookies.")
    return Refusal(431, "head-too-large", Message("The request is too large."), detail)


def host_missing() -> Refusal:
    return Refusal(
        400,
        "host-not-valid",
        Message("The request is not valid."),
        Message("The request must name one host, in its Host header."),
    )


def failed() -> Refusal:
    return Refusal(
        500,
        "internal-error",
        Message("Something went wrong on the server."),
        Message(
            "An unexpected error; the server’s log has it. Try again, and report it to the "
            "administrator if it persists."
        ),
    )
