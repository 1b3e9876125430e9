"""Send a file of the archive: in chunks, resumable, and never as active content.

Ranges follow RFC 9110, section 14: one range of bytes. A request for several ranges is answered
with the whole file, which the RFC allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import structlog
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header
from rest_framework.request import Request

from documents.api.conditional import (
    BRIEF,
    IF_NONE_MATCH,
    IMMUTABLE,
    REVALIDATE,
    not_modified,
    set_validator,
)
from documents.api.openapi.describe import FILE, header
from documents.api.problems import RangeNotSatisfiable
from documents.exports.downloads import Download
from documents.files.content import Content

#: How a file is described.
FILE_ANSWERS = {200: FILE, 206: FILE, 304: None}
FILE_HEADERS = (
    header("Range", "One range of bytes: `bytes=0-1023`."),
    header("If-Range", "The `ETag` of the part that the client has."),
    IF_NONE_MATCH,
)
FILE_PROBLEMS = (416,)

log = structlog.get_logger(__name__)

_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
#: A browser that displays the file gives it an opaque origin and runs no script in it.
_CONTENT_SECURITY_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


def deliver(request: Request, download: Download) -> HttpResponseBase:
    """Open the file and answer with it, with the requested range, or with 304.

    Raises RangeNotSatisfiable and what `Download.open` raises.
    """
    content = download.open()
    try:
        etag = f'"{content.tag}"'
        caching = _choose_caching(download)
        unchanged = not_modified(request, etag, caching=caching)
        if unchanged is not None:
            content.close()
            return unchanged
        byte_range = _requested_range(request, etag, content.size)
        start, end = byte_range or (0, content.size)
        body = _DownloadBody(content, start, end)
    except BaseException:
        content.close()
        raise
    response = StreamingHttpResponse(
        body,
        status=206 if byte_range else 200,
        content_type=download.content_type,
        headers={
            "Accept-Ranges": "bytes",
            "Content-Disposition": content_disposition_header(
                download.attachment, download.filename
            )
            or "inline",
            "Content-Length": str(end - start),
            "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
            "X-Content-Type-Options": "nosniff",
        },
    )
    if byte_range:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{content.size}"
    if caching != REVALIDATE:
        patch_vary_headers(response, ["Authorization", "Cookie"])  # private to the user
    return set_validator(response, etag, caching=caching)


def _choose_caching(download: Download) -> str:
    if download.immutable:
        return IMMUTABLE
    return BRIEF if download.brief else REVALIDATE


class _DownloadBody:
    """The bytes `start` to `end` of a content, chunk by chunk; closed with the response.

    The first chunk is read at once, so that an error there still becomes a problem document. A
    later error closes the connection, because the headers already state the length.
    """

    def __init__(self, content: Content, start: int, end: int) -> None:
        self._content = content
        self._pieces = content.read_range(start, end)
        self._first = next(self._pieces, b"")

    def __iter__(self) -> Iterator[bytes]:
        yield self._first
        try:
            yield from self._pieces
        except Exception as error:
            log.error("download_aborted", reason=getattr(error, "detail", str(error)))
            raise

    def close(self) -> None:
        self._pieces.close()
        self._content.close()


def _requested_range(request: Request, etag: str, size: int) -> tuple[int, int] | None:
    """The requested half-open range of bytes; None for the whole file."""
    match = _ONE_RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if request.method != "GET" or match is None or not any(match.groups()):
        return None
    if request.headers.get("If-Range", etag) != etag:
        return None
    first, last = match.groups()
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1 if last else size, size)
        if last and int(last) < int(first):
            return None
    if start >= size or start >= end:
        raise RangeNotSatisfiable(size)
    return start, end
