"""A gateway in front of a real S3 server that passes everything on, or fails as it is told to.

The server behind it checks signatures, which are over the name that the gateway was asked by: so
the site's endpoint is the gateway, and nothing about a request is changed.
"""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

from tests.s3_faults import Fault, error_body

WRITING = ("PUT", "POST", "DELETE")


class Front:
    """`fault`: what requests are answered now; None: the server's own answer. `writes_only`: only
    requests that write fail."""

    def __init__(self, port: int) -> None:
        self.fault: Fault | None = None
        self.writes_only = False
        self.behind = port
        #: Set: whatever hangs is let go.
        self.let_go = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.server.daemon_threads = True
        self.server.front = self  # type: ignore[attr-defined]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def fails(self, fault: Fault | None, *, writes_only: bool = False) -> None:
        """From now on. What hung until now is cut off."""
        self.let_go.set()
        self.let_go = threading.Event()
        self.fault, self.writes_only = fault, writes_only


@contextmanager
def front_of(port: int) -> Iterator[Front]:
    """A gateway to 127.0.0.1:`port` for as long as the block runs."""
    front = Front(port)
    thread = threading.Thread(target=front.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield front
    finally:
        front.fails(None)
        front.server.shutdown()
        front.server.server_close()
        thread.join(60)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def front(self) -> Front:
        return cast(Front, getattr(self.server, "front"))  # noqa: B009

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.front.fault
        if fault is not None and (self.command in WRITING or not self.front.writes_only):
            self._fail(fault)
            return
        try:
            self._pass_on(content)
        except (OSError, http.client.HTTPException):
            self.close_connection = True

    def do_GET(self) -> None:
        self.do_PUT()

    def do_HEAD(self) -> None:
        self.do_PUT()

    def do_POST(self) -> None:
        self.do_PUT()

    def do_DELETE(self) -> None:
        self.do_PUT()

    def _fail(self, fault: Fault) -> None:
        if fault.kind == "hang":
            self.front.let_go.wait(120)
            self.close_connection = True
            return
        self._answer(fault.status, [("Content-Type", "application/xml")],
                     error_body(fault).encode())  # fmt: skip

    def _pass_on(self, content: bytes) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.front.behind, timeout=60)
        with contextlib.closing(connection):
            connection.putrequest(
                self.command, self.path, skip_host=True, skip_accept_encoding=True
            )
            for name, text in self.headers.items():
                # An Expect was answered here already; it is not signed by our clients.
                if name.lower() not in ("connection", "expect"):
                    connection.putheader(name, text)
            connection.endheaders(content)
            answer = connection.getresponse()
            self._answer(answer.status, answer.getheaders(), answer.read())

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        given = {name.lower() for name, _ in headers}
        if "date" not in given:
            self.send_header("Date", formatdate(usegmt=True))
        for name, text in headers:
            if name.lower() not in ("connection", "transfer-encoding") and (
                name.lower() != "content-length" or self.command == "HEAD"
            ):
                self.send_header(name, text)
        if self.command != "HEAD" and status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing to say about each request."""
