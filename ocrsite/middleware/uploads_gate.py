"""Limits request bodies to half of the web's threads, so that slow ones never block other requests.

A thread is occupied for as long as the client takes to send the body: the server can't read it
beforehand. So every body needs a slot, whatever its path and sender; if none is free, the response
is 503 at once, and the client may retry.

- An upload (by its path, or by the size of its body) occupies its slot until its response.
- Any other body is short. It is read here, into memory, and its slot is released before the view
  starts: a client that sends at once occupies it for a moment only, so a dozen is enough. These
  slots are separate from the uploads': logging in works while every upload stalls.

A body that is larger than any allowed file is refused before it is read, except for a form that may
contain many files; there each file is measured on its own (documents/files/upload_staging.py).
"""

from __future__ import annotations

import re

from django.conf import settings
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase

from documents.errors import FileTooLarge
from documents.messages import Message
from ocrsite.monitoring.metrics import UPLOADS
from ocrsite.responses import GetResponse, build_problem_response, build_unavailable_response
from ocrsite.runtime import SHORT_BODY_THREADS, UPLOAD_THREADS
from ocrsite.runtime.concurrency_limits import Slots

UPLOAD_PATHS = re.compile(r"/api/v1/documents/?|/admin/documents/document/(add|upload)/?")
#: Forms that accept many files at the same time.
_FORMS = re.compile(r"/admin/documents/document/(add|upload)/?")
#: A body of this size (bytes) or of unknown size counts as an upload, whatever its path.
LARGE = 2**20
#: base64 makes a file a third larger; the other fields get 1 MiB.
_ENCODED, _FIELDS = 4 / 3, 2**20
#: Seconds.
RETRY_AFTER = 5


class UploadsGate:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.uploads = Slots(UPLOAD_THREADS)
        self.short = Slots(SHORT_BODY_THREADS)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        size = _find_body_size(request)
        is_upload_path = (
            request.method == "POST" and UPLOAD_PATHS.fullmatch(request.path) is not None
        )
        if is_upload_path or size is None or size >= LARGE:
            return self._pass_upload(request, size, is_upload_path)
        if size:
            refused = self._read_short_body(request)
            if refused is not None:
                return refused
        return self.get_response(request)

    def _pass_upload(
        self, request: HttpRequest, size: int | None, is_upload_path: bool
    ) -> HttpResponseBase:
        limit = settings.OCRSITE_MAX_UPLOAD_BYTES
        one_file = not _FORMS.fullmatch(request.path)
        if one_file and size is not None and size > limit * _ENCODED + _FIELDS:
            UPLOADS.labels("refused").inc()
            return build_problem_response(
                request,
                413,
                code=FileTooLarge.code,
                title=Message(FileTooLarge.title),
                detail=Message(
                    "The request has {size} MB; a file may have {limit} MB. Split the file, or ask "
                    "the administrator to raise the limit.",
                    size=round(size / 2**20),
                    limit=limit // 2**20,
                ),
            )
        if not self.uploads.acquire():
            UPLOADS.labels("busy").inc()
            return _build_busy_response(
                request, Message("Too many uploads at the moment. Try again in a few seconds.")
            )
        try:
            response = self.get_response(request)
        finally:
            self.uploads.release()
        if is_upload_path:
            UPLOADS.labels("accepted" if response.status_code < 400 else "refused").inc()
        return response

    def _read_short_body(self, request: HttpRequest) -> HttpResponseBase | None:
        """Read the whole body, less than LARGE, into `request.body`; returns a response if that
        fails."""
        if not self.short.acquire():
            return _build_busy_response(
                request, Message("Too many requests at the moment. Try again in a few seconds.")
            )
        try:
            request.body  # noqa: B018 - a property that reads
        except UnreadablePostError:
            return build_problem_response(
                request,
                400,
                code="incomplete-request",
                title=Message("The request is incomplete."),
                detail=Message("The request ended in the middle. Repeat it."),
            )
        finally:
            self.short.release()
        return None


def _build_busy_response(request: HttpRequest, detail: Message) -> HttpResponseBase:
    return build_unavailable_response(
        request,
        code="busy",
        title=Message("The server is busy. Try again in a moment."),
        detail=detail,
        retry_after=RETRY_AFTER,
    )


def _find_body_size(request: HttpRequest) -> int | None:
    """Bytes of the request's body; None where the client does not state them."""
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        return None
    declared = request.headers.get("Content-Length", "")
    return int(declared) if declared.isascii() and declared.isdigit() else 0
