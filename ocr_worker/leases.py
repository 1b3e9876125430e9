"""The claim this process works on, seen by two threads.

The working thread takes and settles claims; the process's main thread keeps their leases alive,
and gives them back or fails them when the working thread can't (it is inside an engine).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from documents.actions.claim import PageClaim


@dataclass(frozen=True)
class Work:
    """A claim and when its page was begun (seconds of the monotonic clock)."""

    claim: PageClaim
    begun: float

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begun


class Holding:
    """At most one page at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._work: Work | None = None
        #: Readings recorded; what failed, was given back or lost is none.
        self.pages_read = 0

    @property
    def current(self) -> Work | None:
        with self._lock:
            return self._work

    @contextmanager
    def working_on(self, claim: PageClaim) -> Iterator[None]:
        with self._lock:
            self._work = Work(claim, time.monotonic())
        try:
            yield
        finally:
            with self._lock:
                self._work = None
