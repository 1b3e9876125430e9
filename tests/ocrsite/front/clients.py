"""The front without a server: a client in place of Granian, and a view in that of Django."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ocrsite.front.application import Front

UPLOAD, LOG_IN, TEXT = "/api/v1/documents/", "/api/v1/auth/token/", "/api/v1/documents/x/pages/1/"
TOKEN = {"Authorization": "Token good"}
FORM = {"Content-Type": "multipart/form-data; boundary=b"}

Piece = bytes | float | asyncio.Event | None


@dataclass
class Client:
    """A request and what it is answered. `body`: its pieces; a number among them is a pause in
    seconds, an event one until it is set, None the end of the connection. After its last piece
    the client waits."""

    method: str = "GET"
    path: str = "/"
    headers: dict[str, str] = field(default_factory=dict)
    body: Iterable[Piece] = ()
    complete: bool = True
    address: str = "192.0.2.1"
    leaves_after: int | None = None
    reads: bool = True
    status: int = 0
    answer_headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    bytes_read: int = 0
    asked_for_body: bool = False

    def __post_init__(self) -> None:
        self._pieces: Iterator[Piece] = iter([*self.body])
        self._left = asyncio.Event()

    def scope(self) -> dict[str, Any]:
        headers = {"Host": "archive", **self.headers}
        return {
            "type": "http",
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "raw_path": self.path.encode(),
            "query_string": b"",
            "headers": [(n.lower().encode(), v.encode()) for n, v in headers.items() if v],
            "client": (self.address, 5),
            "server": ("127.0.0.1", 8081),
        }

    async def receive(self) -> dict[str, Any]:
        self.asked_for_body = True
        for piece in self._pieces:
            if piece is None:
                return {"type": "http.disconnect"}
            if isinstance(piece, float):
                await asyncio.sleep(piece)
                continue
            if isinstance(piece, asyncio.Event):
                await piece.wait()
                continue
            self.bytes_read += len(piece)
            return {"type": "http.request", "body": piece, "more_body": True}
        if self.complete:
            self.complete = False
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.answer_headers = {n.decode(): v.decode() for n, v in message["headers"]}
            return
        if not self.reads:
            await asyncio.Event().wait()
        self.content += message["body"]
        if self.leaves_after is not None and len(self.content) >= self.leaves_after:
            self._left.set()
            await asyncio.sleep(0.01)

    @property
    def problem(self) -> dict[str, Any]:
        assert self.answer_headers["content-type"] == "application/problem+json"
        return dict(json.loads(self.content))


Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@contextlib.asynccontextmanager
async def fronting(application: Application) -> AsyncIterator[Front]:
    front = Front(application)
    try:
        yield front
    finally:
        front.close()


class PatientLoop(asyncio.SelectorEventLoop):
    """One for which the process was never stopped for long: all its deadlines count no more than
    0.05 s between two of its rounds, so that a busy machine is late for none."""

    def __init__(self) -> None:
        self._seen = self._told = 0.0
        super().__init__()

    def time(self) -> float:
        now = super().time()
        self._told += min(now - self._seen, 0.05)
        self._seen = now
        return self._told


def run(made: Coroutine[Any, Any, None]) -> None:
    """As `asyncio.run` does, in a patient loop."""
    loop = PatientLoop()
    try:
        loop.run_until_complete(made)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


def ask(application: Application, *clients: Client) -> None:
    """Let all `clients` ask at the same time, and wait until each is answered or given up."""

    async def ask_all() -> None:
        async with fronting(application) as front:
            await asyncio.gather(*(front(c.scope(), c.receive, c.send) for c in clients))

    run(ask_all())


def echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """A view that answers with the body, and its length as it was told."""
    start_response("200 OK", [("X-Length", environ["CONTENT_LENGTH"])])
    return [environ["wsgi.input"].read()]


def post(path: str, *body: Piece, **headers: str) -> Client:
    """With a Content-Length of what it brings, unless `headers` has another."""
    size = sum(len(piece) for piece in body if isinstance(piece, bytes))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client("POST", path, {"Content-Length": str(size), **named}, body)
