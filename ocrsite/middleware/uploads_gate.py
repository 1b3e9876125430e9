"""Bodies take at most half of the web's threads, so that slow ones never shut out the rest.

A thread is held for as long as the client takes to send the body: there is no way to have it read
before. So every body needs a slot, whatever its path and whoever sends it; without a free one the
answer is 503 at once, and the client may try again.

- An upload (by its path, or by the size of its body) keeps its slot until it is answered.
- Any other body is short. It is read here, into memory, and its slot is free again before the
  view begins: a client that sends at once holds it for a moment only, so a dozen is enough. They
  are apart from the uploads' slots: one can log in while every upload stalls.

A body that is larger than any file may be is refused before it is read, except where a form may
bring many files; there each file is measured by itself (documents/files/upload_staging.py).
"""

from __future__ import annotations

import re

from django.conf import settings
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents.files.upload_staging import too_large
from ocrsite.monitoring.metrics import UPLOADS
from ocrsite.responses import GetResponse, problem, unavailable
from ocrsite.runtime import SHORT_BODY_THREADS, UPLOAD_THREADS
from ocrsite.runtime.concurrency_limits import Slots

UPLOAD_PATHS = re.compile(r"/api/v1/documents/?|/admin/documents/document/(add|upload)/?")
#: What takes many files at once.
_FORMS = re.compile(r"/admin/documents/document/(add|upload)/?")
#: A body of this size (bytes), or one of unknown size, counts as an upload wherever it is sent.
LARGE = 2**20
#: base64 makes a file a third larger; the rest is for the other fields.
_ENCODED, _FIELDS = 4 / 3, 2**20
RETRY_AFTER = 5


class UploadsGate:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.uploads = Slots(UPLOAD_THREADS)
        self.short = Slots(SHORT_BODY_THREADS)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        size = _body_size(request)
        named = request.method == "POST" and UPLOAD_PATHS.fullmatch(request.path) is not None
        if named or size is None or size >= LARGE:
            return self._upload(request, size, named)
        if size:
            refused = self._read(request)
            if refused is not None:
                return refused
        return self.get_response(request)

    def _upload(self, request: HttpRequest, size: int | None, named: bool) -> HttpResponseBase:
        limit = settings.OCRSITE_MAX_UPLOAD_BYTES
        one_file = not _FORMS.fullmatch(request.path)
        if one_file and size is not None and size > limit * _ENCODED + _FIELDS:
            UPLOADS.labels("refused").inc()
            return problem(
                413,
                too_large().summary,
                f"The request has {size / 2**20:.0f} MB; a file may have {limit // 2**20} MB. "
                "Split the file, or ask the administrator to raise the limit.",
                code="file-too-large",
                request=request,
            )
        if not self.uploads.take():
            UPLOADS.labels("busy").inc()
            return _busy(request, _("Too many uploads at the moment. Try again in a few seconds."))
        try:
            response = self.get_response(request)
        finally:
            self.uploads.give_back()
        if named:
            UPLOADS.labels("taken" if response.status_code < 400 else "refused").inc()
        return response

    def _read(self, request: HttpRequest) -> HttpResponseBase | None:
        """Reads the whole body, less than LARGE; from then on it is in `request.body`."""
        if not self.short.take():
            return _busy(request, _("Too many requests at the moment. Try again in a few seconds."))
        try:
            request.body  # noqa: B018 - a property that reads
        except UnreadablePostError:
            said = _("The request ended in the middle. Repeat it.")
            return problem(400, said, said, code="incomplete-request", request=request)
        finally:
            self.short.give_back()
        return None


def _busy(request: HttpRequest, detail: Promise) -> HttpResponseBase:
    return unavailable(
        request,
        code="busy",
        title=_("The server is busy. Try again in a moment."),
        detail=detail,
        retry_after=RETRY_AFTER,
    )


def _body_size(request: HttpRequest) -> int | None:
    """Bytes of the request's body; None where its sender does not say."""
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        return None
    declared = request.headers.get("Content-Length", "")
    return int(declared) if declared.isascii() and declared.isdigit() else 0
