"""A small S3 server on loopback that fails as it is told to, and else keeps objects in memory.

It checks no signature: what a real server does is asked of a real one (tests/s3.py).
"""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from documents.bucket.settings import BucketAddress

#: What may be told to fail: by what a request does. "any": all of it.
Operation = str


@dataclass(frozen=True)
class Fault:
    """What a request is answered instead of what it wanted.

    `code`: S3's word for it; "": an answer without a body. `kind`: "answer"; "hang" says nothing
    until the server is closed; "reset" cuts the connection; "short" ends in the middle of a body;
    "half" sends an object's first half and ends, "pause" waits there until `go_on` is set.
    `clock`: seconds that the server's clock is ahead.
    """

    status: int = 500
    code: str = ""
    message: str = ""
    body: str = ""
    kind: str = "answer"
    clock: float = 0.0
    #: How many requests fail like this, before the others are served.
    times: int = 2**31


@dataclass(frozen=True)
class Seen:
    """A request as it came; `headers` by their names in lower case."""

    operation: Operation
    path: str
    headers: Mapping[str, str]


class FaultyS3:
    """`faults`, by operation: "put", "get", "head", "list", "delete" or "any"."""

    def __init__(
        self, faults: Mapping[Operation, Fault] | None = None, certificate: Path | None = None
    ) -> None:
        self.faults = dict(faults or {})
        self.objects: dict[str, bytes] = {}
        self.seen: list[Seen] = []
        self.closing = threading.Event()
        self.go_on = threading.Event()
        self._counted: dict[Operation, int] = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.s3 = self  # type: ignore[attr-defined]
        self._scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            self._scheme = "https"

    @property
    def address(self) -> BucketAddress:
        endpoint = f"{self._scheme}://127.0.0.1:{self._server.server_port}"
        return BucketAddress(endpoint, "bucket", "tenant:key", "secret-of-nobody")

    def fault(self, operation: Operation) -> Fault | None:
        """How a request for `operation` fails now; it is counted."""
        with self._lock:
            for name in (operation, "any"):
                fault = self.faults.get(name)
                if fault is not None and self._counted.get(name, 0) < fault.times:
                    self._counted[name] = self._counted.get(name, 0) + 1
                    return fault
        return None


@contextmanager
def faulty_s3(
    faults: Mapping[Operation, Fault] | None = None, certificate: Path | None = None
) -> Iterator[FaultyS3]:
    """A server for as long as the block runs."""
    s3 = FaultyS3(faults, certificate)
    thread = threading.Thread(target=s3._server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield s3
    finally:
        s3.closing.set()
        s3._server.shutdown()
        s3._server.server_close()
        thread.join(60)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def s3(self) -> FaultyS3:
        return cast(FaultyS3, getattr(self.server, "s3"))  # noqa: B009

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self._begin("put"):
            self.s3.objects[self._key] = content
            self._answer(200)

    def do_GET(self) -> None:
        if "list-type" in parse_qs(urlsplit(self.path).query):
            if self._begin("list"):
                self._answer(200, self._listing())
        elif self._begin("get"):
            self._object()

    def do_HEAD(self) -> None:
        if self._begin("head"):
            self._object()

    def do_DELETE(self) -> None:
        if self._begin("delete"):
            self.s3.objects.pop(self._key, None)
            self._answer(204)

    @property
    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix("/bucket/")

    def _begin(self, operation: Operation) -> bool:
        """Whether the request is to be served; it was answered where not."""
        headers = {name.lower(): text for name, text in self.headers.items()}
        self.s3.seen.append(Seen(operation, self.path, headers))
        fault = self.s3.fault(operation)
        if fault is None:
            return True
        if fault.kind == "hang":
            self.s3.closing.wait(30)
            self.close_connection = True
        elif fault.kind == "reset":
            # Closed with something unsent and no time to send it, a connection is reset.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        elif fault.kind in ("half", "pause") and self._key in self.s3.objects:
            self._in_halves(self.s3.objects[self._key], pause=fault.kind == "pause")
        elif fault.kind == "short":
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.send_header("Last-Modified", formatdate(usegmt=True))
            self.end_headers()
            self.wfile.write(b"the first of it")
            self.close_connection = True
        else:
            body = fault.body or (error_body(fault) if fault.code else "")
            self._answer(fault.status, body, clock=fault.clock)
        return False

    def _in_halves(self, content: bytes, *, pause: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Last-Modified", formatdate(usegmt=True))
        self.end_headers()
        half = len(content) // 2
        self.wfile.write(content[:half])
        if pause:
            self.s3.go_on.wait(30)
            self.wfile.write(content[half:])
        else:
            self.close_connection = True

    def _object(self) -> None:
        part = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if self._key in self.s3.objects and part:
            content = self.s3.objects[self._key]
            start, end = int(part[1]), int(part[2] or len(content) - 1) + 1
            self._answer(206, content[start:end], part=f"bytes {start}-{end - 1}/{len(content)}")
        elif self._key in self.s3.objects:
            self._answer(200, self.s3.objects[self._key])
        else:
            self._answer(404, error_body(Fault(404, "NoSuchKey", "The key does not exist.")))

    def _listing(self) -> str:
        prefix = parse_qs(urlsplit(self.path).query).get("prefix", [""])[0]
        entries = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(content)}</Size>"
            "<LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>"
            for key, content in sorted(self.s3.objects.items())
            if key.startswith(prefix)
        )
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>"

    def _answer(
        self, status: int, body: str | bytes = b"", *, clock: float = 0.0, part: str = ""
    ) -> None:
        content = body.encode() if isinstance(body, str) else body
        self.send_response_only(status)
        self.send_header("Date", formatdate(time.time() + clock, usegmt=True))
        self.send_header("Last-Modified", formatdate(usegmt=True))
        self.send_header("ETag", f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"')
        self.send_header("Content-Length", str(len(content)))
        if part:
            self.send_header("Content-Range", part)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Tests have nothing to say about each request."""


def error_body(fault: Fault) -> str:
    """The XML of an error, as S3 has it."""
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{escape(fault.code)}</Code>"
        f"<Message>{escape(fault.message)}</Message></Error>"
    )
