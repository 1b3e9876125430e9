"""How many passwords are hashed at the same time.

A password hash costs memory and processor time by design, and everybody may ask for one. So a few
are computed at a time, a few more requests wait, in order and not for long, and the rest is turned
away at once: a waiting request occupies a thread.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from django.conf import settings

from documents.errors import Busy
from documents.messages import Message

#: Hashes at the same time, by all web processes of the machine together; requests of one that wait
#: for one, and for how many seconds at most.
SLOTS = 2
WAITING = 8
PATIENCE = 4.0
#: Seconds after which it is worth another try.
RETRY_AFTER = 5

T = TypeVar("T")

#: Whether the caller holds a slot already: what it hashes then needs no other.
_holds: ContextVar[bool] = ContextVar("holds_hash_slot", default=False)


class HashQueue:
    """At most `slots` hashes at a time; `waiting` requests of each of two kinds may wait for one,
    `patience` seconds at most: those that come `first`, and all others."""

    def __init__(self, slots: int, waiting: int, patience: float) -> None:
        self._free, self._limit, self._patience = slots, waiting, patience
        self._condition = threading.Condition()
        self._first: deque[object] = deque()
        self._others: deque[object] = deque()
        self._threads = ThreadPoolExecutor(max(1, slots), thread_name_prefix="hash")

    @contextmanager
    def turn(self, *, first: bool = False) -> Iterator[None]:
        """Wait for a slot and hold it. Raises Busy where too many wait, or for too long."""
        if _holds.get():
            yield
            return
        self._acquire(self._first if first else self._others)
        token = _holds.set(True)
        try:
            yield
        finally:
            _holds.reset(token)
            with self._condition:
                self._free += 1
                self._condition.notify_all()

    def compute(self, hashing: Callable[[], T]) -> T:
        """What `hashing` returns, once it has had its turn.

        It runs in one of a few threads of the queue: a C library keeps memory that was freed for
        the thread that freed it, so hashes on all of the web's threads would keep memory on each.
        """
        with self.turn():
            return self._threads.submit(hashing).result()

    def _acquire(self, line: deque[object]) -> None:
        ticket = object()
        deadline = time.monotonic() + self._patience
        with self._condition:
            if len(line) >= self._limit:
                raise _busy()
            line.append(ticket)
            try:
                if not self._condition.wait_for(
                    lambda: self._free > 0 and self._next() is ticket,
                    timeout=deadline - time.monotonic(),
                ):
                    raise _busy()
                self._free -= 1
            finally:
                line.remove(ticket)
                # Whoever is next now has not been told yet.
                self._condition.notify_all()

    def _next(self) -> object:
        return (self._first or self._others)[0]


def _busy() -> Busy:
    return Busy(
        Message("Too many log-ins at the moment. Try again in a few seconds."),
        retry_after=RETRY_AFTER,
    )


QUEUE = HashQueue(max(1, SLOTS // settings.OCRSITE_WEB_PROCESSES), WAITING, PATIENCE)
