"""The ASGI application: a request from its head to the last byte of its response."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from functools import partial
from typing import Any

import structlog
from django.db import DatabaseError

from documents.errors import StorageFull
from documents.sign_in.client import find_network
from ocrsite.front import refusals
from ocrsite.front.intake import ClientGone, Intake, Receive
from ocrsite.front.limits import LONGEST_HEAD, BodyTerms, find_terms, is_log_in
from ocrsite.front.pools import Pools, Work
from ocrsite.front.refusals import Refusal
from ocrsite.front.sender import carries_credentials, find_sender
from ocrsite.front.shares import NoShare, Shares
from ocrsite.front.spool import Spool
from ocrsite.front.waiting import Answer, Waiting, take_mark
from ocrsite.front.wsgi import SENT, Application, Response, build_environ, set_body
from ocrsite.middleware.startup_gate import ALWAYS_OPEN
from ocrsite.monitoring.metrics import UPLOADS
from ocrsite.runtime.start_state import read_current_start

#: Seconds within which a client must take SENT bytes of a response.
STALL_LIMIT = 60.0
#: Seconds after which a response whose next bytes are being made is asked for them again.
MADE_WITHIN = 0.2
#: After a refusal the rest of the body is read and thrown away, up to these bytes and seconds:
#: a client that is still sending would otherwise find the connection reset instead of the answer.
_THROWN_AWAY, _THROWN_AWAY_WITHIN = 4 * 2**20, 2.0

Send = Callable[[dict[str, Any]], Awaitable[None]]

log = structlog.get_logger("ocrsite.web")


class Front:
    """`application`: Django's, WSGI."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._pools = Pools()
        self._intake = Intake(self._pools)
        self._shares = Shares()
        self._waiting = Waiting()

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        with _Line(receive, send) as line:
            del receive, send
            await self._handle(scope, line)

    async def _handle(self, scope: Mapping[str, Any], line: _Line) -> None:
        environ = build_environ(scope)
        try:
            _check_head(scope, environ)
            async with contextlib.AsyncExitStack() as stack:
                answer = await self._answer(environ, line.receive, stack)
                again = take_mark(answer[0])
                if again is not None:
                    # What an upload holds is for others while this one only waits.
                    await stack.aclose()
                    gone = partial(_wait_until_gone, line.receive)
                    answer = await self._waiting.wait(environ, answer, again, self._ask, gone)
                response, context = answer
                await self._send(response, context, line)
        except ClientGone:
            log.info("client_gone", path=environ["PATH_INFO"])
        except Refusal as refusal:
            await _refuse(refusal, environ, line)
        except StorageFull as error:
            await _refuse(refusals.storage_full(error), environ, line)
        except DatabaseError:
            log.exception("request_failed", path=environ["PATH_INFO"])
            await _refuse(refusals.busy(), environ, line)
        except Exception:
            log.exception("request_failed", path=environ["PATH_INFO"])
            await _refuse(refusals.failed(), environ, line)

    def close(self) -> None:
        self._pools.close()

    async def _answer(
        self, environ: dict[str, Any], receive: Receive, stack: contextlib.AsyncExitStack
    ) -> Answer:
        """Django's response, and the context in which it goes on. What the request holds until then
        is released by `stack`. Raises Refusal, ClientGone, StorageFull, DatabaseError."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        known = carries_credentials(environ)
        terms = find_terms(method, path, environ, credentials=known)
        unread = False
        if not read_current_start().ready:
            # Django says so without a look at the body.
            unread, terms = terms.size != 0, BodyTerms(0, 0, 0)
        work = _choose_pool(method, path, terms)
        if terms.too_large:
            _count_upload(terms, "refused")
            raise refusals.too_large(terms)
        self._pools.require_room(work)
        if terms.known_sender:
            sender = None
            if known:
                sender = await self._pools.run(Work.SENDER, find_sender, environ)
            if sender is None:
                _count_upload(terms, "refused")
                raise refusals.sender_unknown()
            try:
                await stack.enter_async_context(self._shares.hold(sender))
            except NoShare:
                _count_upload(terms, "busy")
                raise refusals.too_many_uploads() from None
        spool = stack.enter_context(contextlib.closing(Spool()))
        if terms.size != 0:
            await self._intake.read(receive, spool, terms, find_network(environ))
        context = contextvars.Context()
        response = await self._pools.run(work, self._call_django, environ, spool, context=context)
        if unread:
            response.headers.append((b"connection", b"close"))
        _count_upload(terms, "accepted" if response.status < 400 else "refused")
        return response, context

    async def _ask(self, environ: dict[str, Any]) -> Answer:
        """Django's response to a request without a body."""
        context = contextvars.Context()
        response = await self._pools.run(
            Work.GENERAL, Response, self._application, environ, context=context
        )
        return response, context

    def _call_django(self, environ: dict[str, Any], spool: Spool) -> Response:
        """In a thread."""
        set_body(environ, spool.open(), spool.size)
        return Response(self._application, environ)

    async def _send(self, response: Response, context: contextvars.Context, line: _Line) -> None:
        send = line.send
        start = {"type": "http.response.start", "status": response.status}
        await send({**start, "headers": response.headers})
        if response.complete:
            await send({"type": "http.response.body", "body": response.first})
            return
        watch = asyncio.ensure_future(_wait_until_gone(line.receive))
        stall = _StallTimer(STALL_LIMIT)
        try:
            piece, response.first = response.first, b""
            while piece or response.waits:
                if response.waits:
                    await asyncio.sleep(MADE_WITHIN)
                    if watch.done():
                        return
                stall.start()
                for part in _split(piece) if piece else ():
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                    if watch.done():
                        return
                stall.stop()
                piece = await self._pools.run(Work.STREAM, response.take, context=context)
            await send({"type": "http.response.body", "body": b""})
        except asyncio.CancelledError:
            if not stall.expired:
                raise
            log.info("response_stalled")
        except Exception:
            # The head is sent: all that is left is to break off, which the server does.
            log.exception("response_broken_off")
        finally:
            stall.stop()
            watch.cancel()
            await self._pools.run(Work.STREAM, response.close, context=context)


class _Line:
    """A request's two ends at the server, given back when the block ends, whatever still refers to
    this object (a traceback may): the server closes a connection whose body nobody reads only when
    nobody can."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive: Receive | None = receive
        self._send: Send | None = send

    def __enter__(self) -> _Line:
        return self

    def __exit__(self, *error: object) -> None:
        self._receive = self._send = None

    async def receive(self) -> MutableMapping[str, Any]:
        if self._receive is None:
            raise ClientGone
        return await self._receive()

    async def send(self, message: dict[str, Any]) -> None:
        if self._send is None:
            raise ClientGone
        await self._send(message)


class _StallTimer:
    """Cancels the current task when `start` was called `limit` seconds ago and `stop` was not."""

    def __init__(self, limit: float) -> None:
        self.expired = False
        self._limit = limit
        self._task = asyncio.current_task()
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self._handle = asyncio.get_running_loop().call_later(self._limit, self._expire)

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()

    def _expire(self) -> None:
        assert self._task is not None
        self.expired = True
        self._task.cancel()


def _split(piece: bytes) -> Iterator[bytes]:
    if len(piece) <= SENT:
        yield piece
        return
    view = memoryview(piece)
    for at in range(0, len(piece), SENT):
        yield bytes(view[at : at + SENT])


def _check_head(scope: Mapping[str, Any], environ: Mapping[str, Any]) -> None:
    """Raises Refusal for a head that no request may have."""
    if sum(len(name) + len(value) for name, value in scope["headers"]) > LONGEST_HEAD:
        raise refusals.head_too_large()
    hosts = sum(name == b"host" for name, _ in scope["headers"])
    needed = scope["http_version"] != "1.0" and environ["PATH_INFO"] not in ALWAYS_OPEN
    if hosts > 1 or (hosts == 0 and needed):
        raise refusals.host_missing()


def _choose_pool(method: str, path: str, terms: BodyTerms) -> Work:
    if path in ALWAYS_OPEN:
        return Work.HEALTH
    if is_log_in(method, path):
        return Work.LOG_IN
    return Work.UPLOAD if terms.known_sender else Work.GENERAL


def _count_upload(terms: BodyTerms, outcome: str) -> None:
    if terms.upload:
        UPLOADS.labels(outcome).inc()


async def _refuse(refusal: Refusal, environ: dict[str, Any], line: _Line) -> None:
    log.info(
        "request_refused",
        code=refusal.code,
        status=refusal.status,
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"],
        client=environ["REMOTE_ADDR"],
    )
    response = refusal.build_response(environ)
    headers = [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in response.items()]
    start = {"type": "http.response.start", "status": response.status_code, "headers": headers}
    await line.send(start)
    content = b"" if environ["REQUEST_METHOD"] == "HEAD" else response.content
    await line.send({"type": "http.response.body", "body": content})
    if environ.get("HTTP_EXPECT", "").lower() != "100-continue":
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(_throw_away(line.receive), _THROWN_AWAY_WITHIN)


async def _throw_away(receive: Receive) -> None:
    left = _THROWN_AWAY
    while left > 0:
        message = await receive()
        if not message.get("more_body", False):
            return
        left -= len(message["body"])


async def _wait_until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
