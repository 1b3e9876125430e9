"""How a file of the archive is sent: in pieces, resumable, and never as something that runs.

Ranges are those of RFC 9110, section 14: one range of bytes; several at once are answered with
the whole file, as it allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import structlog
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from rest_framework.request import Request

from documents.api.conditional import IMMUTABLE, REVALIDATE, not_modified, revalidated
from documents.api.problems import RangeNotSatisfiable
from documents.exports.downloads import Download
from documents.files.content import Content

log = structlog.get_logger(__name__)

_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
#: A browser that is made to show the file opens it as nobody and runs nothing in it.
_CONTENT_SECURITY_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


def delivered(request: Request, download: Download) -> HttpResponseBase:
    """The file, the part of it that was asked for, or 304. Raises RangeNotSatisfiable."""
    content = download.open()
    try:
        etag = f'"{content.tag}"'
        caching = IMMUTABLE if download.immutable else REVALIDATE
        unchanged = not_modified(request, etag, caching=caching)
        if unchanged is not None:
            content.close()
            return unchanged
        part = _part(request, etag, content.size)
        start, end = part or (0, content.size)
        chunks = _Chunks(content, start, end)
    except BaseException:
        content.close()
        raise
    response = StreamingHttpResponse(
        chunks,
        status=206 if part else 200,
        content_type=download.content_type,
        headers={
            "Accept-Ranges": "bytes",
            "Content-Disposition": _disposition(download),
            "Content-Length": str(end - start),
            "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
            "X-Content-Type-Options": "nosniff",
        },
    )
    if part:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{content.size}"
    if download.immutable:
        patch_vary_headers(response, ["Authorization", "Cookie"])  # kept for this person
    return revalidated(response, etag, caching=caching)


class _Chunks:
    """A part of a content, piece by piece; closed with the response.

    The first piece is there at once, so that what can't even be begun is a problem document. What
    breaks off later breaks the connection off, as the answer's length is told already.
    """

    def __init__(self, content: Content, start: int, end: int) -> None:
        self._content = content
        self._pieces = content.pieces(start, end)
        self._first = next(self._pieces, b"")

    def __iter__(self) -> Iterator[bytes]:
        yield self._first
        try:
            yield from self._pieces
        except Exception as error:
            log.error("download_broke_off", reason=getattr(error, "detail", str(error)))
            raise

    def close(self) -> None:
        self._pieces.close()
        self._content.close()


def _part(request: Request, etag: str, size: int) -> tuple[int, int] | None:
    """The half-open range of bytes asked for; None for the whole file."""
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


def _disposition(download: Download) -> str:
    """RFC 6266: the name in ASCII for old clients, and as it is (RFC 8187) for the others."""
    kind = "attachment" if download.attachment else "inline"
    plain = re.sub(r"[^ !#-\[\]-~]", "_", download.filename)
    header = f'{kind}; filename="{plain}"'
    if plain != download.filename:
        encoded = urlencode({"": download.filename}).removeprefix("=").replace("+", "%20")
        header += f"; filename*=UTF-8''{encoded}"
    return header
