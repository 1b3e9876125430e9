"""A request as WSGI's environ (PEP 3333), and a response as pieces of bytes."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import IO, Any
from urllib.parse import unquote_to_bytes

#: Bytes that are taken from a response at a time, and those that are sent at a time. The server
#: holds four of the latter for a client that does not read.
TAKEN, SENT = 256 * 1024, 64 * 1024

Headers = list[tuple[bytes, bytes]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def build_environ(scope: Mapping[str, Any]) -> dict[str, Any]:
    """The environ of an ASGI scope, without a body."""
    host, port = scope.get("server") or ("", "")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(host),
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.file_wrapper": FilePieces,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        # X_Forwarded_Host would become the same variable as X-Forwarded-Host, which a gateway sets.
        if "_" in name:
            continue
        name = name.upper().replace("-", "_")
        if name not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            name = f"HTTP_{name}"
        separator = "; " if name == "HTTP_COOKIE" else ","
        environ[name] = f"{environ[name]}{separator}{value}" if name in environ else value
    return environ


def set_body(environ: dict[str, Any], body: IO[bytes], size: int) -> None:
    """Give `environ` a complete body of `size` bytes."""
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ["CONTENT_LENGTH"] = str(size)
    environ["wsgi.input"] = body


class FilePieces:
    """An open file as pieces of bytes (`wsgi.file_wrapper`)."""

    def __init__(self, file: IO[bytes], block_size: int = TAKEN) -> None:
        self._file = file
        if hasattr(file, "close"):
            self.close = file.close

    def __iter__(self) -> Iterator[bytes]:
        while piece := self._file.read(TAKEN):
            yield piece


class Response:
    """A response of `application`: its head, and its body in pieces. Every method waits for
    Django: call them in a thread, one at a time, and `close` at the end whatever happens."""

    def __init__(self, application: Application, environ: dict[str, Any]) -> None:
        self.status = 500
        self.headers: Headers = []
        self._result = application(environ, self._start)
        self._pieces = iter(self._result) if environ["REQUEST_METHOD"] != "HEAD" else iter(())
        #: Whether the last piece was without bytes: the next ones are being made.
        self.waits = False
        try:
            self.first = self.take()
        except BaseException:
            self.close()
            raise
        #: Whether `first` is the whole body; then the response is closed already.
        self.complete = len(self.first) < TAKEN and not self.waits
        if self.complete:
            self.close()

    def _start(
        self, status: str, headers: list[tuple[str, str]], exc_info: object = None
    ) -> Callable[[bytes], None]:
        self.status = int(status.split(" ", 1)[0])
        self.headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
        ]
        return _refuse_to_write

    def take(self) -> bytes:
        """The next bytes, at least TAKEN of them unless the body ends or `waits`; none after its
        end."""
        taken, size = [], 0
        self.waits = False
        for piece in self._pieces:
            # An answer that is not streamed may be one empty piece, and has no more.
            if not piece and getattr(self._result, "streaming", False):
                self.waits = True
                break
            taken.append(piece)
            size += len(piece)
            if size >= TAKEN:
                break
        return taken[0] if len(taken) == 1 else b"".join(taken)

    def close(self) -> None:
        close = getattr(self._result, "close", None)
        if close is not None:
            close()


def _refuse_to_write(data: bytes) -> None:
    raise NotImplementedError("Django returns its responses")
