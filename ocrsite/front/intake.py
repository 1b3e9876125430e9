"""The bodies that are being read at the moment, and which of them are broken off.

A body must be complete by its deadline; a large one must also keep moving. Small bodies, which
anybody may send, are limited in number: past that the oldest one of the address that sends the most
makes room. An honest client's small body is complete within a moment, so it is never that one.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from ocrsite.front.limits import LEAST_RATE, SMALL, WINDOW, BodyTerms
from ocrsite.front.pools import Pools, Work
from ocrsite.front.refusals import Refusal, busy, too_large, too_slow
from ocrsite.front.spool import Spool

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

#: Small bodies in flight at the same time: 16 MiB at most.
SMALL_BODIES = 256
#: Seconds between two looks at the bodies in flight.
_INTERVAL = 0.5


class ClientGone(Exception):
    """The client closed its connection; nobody waits for a response."""


@dataclass(eq=False)
class _Body:
    """`window_end`: when `window_bytes` are compared with the least rate, in the loop's time."""

    address: str
    deadline: float
    small: bool
    window_end: float
    window_bytes: int = 0
    writing: bool = False
    task: asyncio.Task[None] | None = None
    refusal: Refusal | None = field(default=None)

    def break_off(self, refusal: Refusal) -> None:
        if self.refusal is None and self.task is not None:
            self.refusal = refusal
            self.task.cancel()


class Intake:
    def __init__(self, pools: Pools, small_bodies: int = SMALL_BODIES) -> None:
        self._pools = pools
        self._small_bodies = small_bodies
        self._bodies: dict[_Body, None] = {}  # in the order in which they came
        self._watching = False

    async def read(self, receive: Receive, spool: Spool, terms: BodyTerms, address: str) -> None:
        """Read a whole body into `spool`. Raises Refusal, ClientGone, StorageFull."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        body = _Body(address, now + terms.deadline, terms.limit <= SMALL, now + WINDOW)
        if body.small:
            self._make_room()
        body.task = loop.create_task(self._copy(receive, spool, terms, body))
        self._bodies[body] = None
        self._watch()
        try:
            await body.task
        except asyncio.CancelledError:
            if body.refusal is not None:
                raise body.refusal from None
            raise
        finally:
            body.task.cancel()
            del self._bodies[body]

    async def _copy(self, receive: Receive, spool: Spool, terms: BodyTerms, body: _Body) -> None:
        more = True
        writing: asyncio.Task[None] | None = None
        try:
            while more:
                message = await receive()
                if message["type"] != "http.request":
                    raise ClientGone
                piece, more = message.get("body", b""), message.get("more_body", False)
                body.window_bytes += len(piece)
                if spool.size + len(piece) > terms.limit:
                    raise too_large(terms)
                if piece and spool.collect(piece):
                    # More may come while these are being written, but no more than that.
                    if writing is not None:
                        await asyncio.shield(writing)
                    pieces = spool.take_collected()
                    writing = asyncio.create_task(self._write(spool, pieces, body))
        finally:
            if writing is not None:
                # Nobody closes the file while a thread still writes.
                await asyncio.shield(writing)

    async def _write(self, spool: Spool, pieces: list[bytes], body: _Body) -> None:
        body.writing = True
        try:
            await self._pools.run(Work.SPOOL, spool.write, pieces)
        finally:
            body.writing = False

    def _make_room(self) -> None:
        small = [body for body in self._bodies if body.small and body.refusal is None]
        if len(small) >= self._small_bodies:
            [(most, _)] = Counter(body.address for body in small).most_common(1)
            next(body for body in small if body.address == most).break_off(busy())

    def _watch(self) -> None:
        if not self._watching:
            self._watching = True
            asyncio.get_running_loop().call_later(_INTERVAL, self._look)

    def _look(self) -> None:
        now = asyncio.get_running_loop().time()
        for body in self._bodies:
            if now >= body.deadline:
                body.break_off(too_slow())
            elif now >= body.window_end and not body.small:
                # While our disk is slow, the client can't be fast.
                if body.window_bytes < LEAST_RATE * WINDOW and not body.writing:
                    body.break_off(too_slow())
                body.window_end, body.window_bytes = now + WINDOW, 0
        self._watching = False
        if self._bodies:
            self._watch()
