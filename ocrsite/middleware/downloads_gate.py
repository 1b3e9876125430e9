"""Limits downloads to a third of the web's threads, so that slow ones never block other requests.

A streaming response occupies its thread for as long as the client takes to read it. A response in
one piece does not: the server sends it on its own. So a short stream (a page image, a stylesheet)
is turned into one piece, and a longer one needs a slot; if none is free, the response is 503 at
once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from documents.messages import Message
from ocrsite.responses import GetResponse, build_unavailable_response
from ocrsite.runtime import DOWNLOAD_THREADS
from ocrsite.runtime.concurrency_limits import Slots

#: Bytes up to which a response is held in memory until the client has read it.
SHORT = 2**20
#: Seconds.
RETRY_AFTER = 5


class DownloadsGate:
    """The outermost middleware: every stream passes it, those of static files too."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.slots = Slots(DOWNLOAD_THREADS)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        # The server never reads the content of a response to HEAD.
        if not isinstance(response, StreamingHttpResponse) or request.method == "HEAD":
            return response
        length = response.headers.get("Content-Length", "")
        if length.isdigit() and int(length) <= SHORT:
            response.streaming_content = [response.getvalue()]
            return response
        if not self.slots.acquire():
            response.close()
            return build_unavailable_response(
                request,
                code="busy",
                title=Message("The server is busy. Try again in a moment."),
                detail=Message("Too many downloads at the moment. Try again in a few seconds."),
                retry_after=RETRY_AFTER,
            )
        # The response closes its content after the last byte or when the client disconnects.
        response.streaming_content = _ReleasingStream(iter(response), self.slots.release)
        return response


class _ReleasingStream:
    """The pieces of a stream; calls `release` once, when it is closed."""

    def __init__(self, pieces: Iterable[bytes], release: Callable[[], None]) -> None:
        self._pieces = pieces
        self._release: Callable[[], None] | None = release

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)

    def close(self) -> None:
        release, self._release = self._release, None
        if release is not None:
            release()
