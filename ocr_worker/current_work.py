"""The claim this process works on, seen by two threads.

The working thread takes and settles claims; the process's main thread keeps their leases alive,
and gives them back or fails them when the working thread can't (it is inside an engine).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from documents.models.claim import PageClaim


@dataclass(frozen=True)
class Work:
    """A claim and when its page was started_at (seconds of the monotonic clock)."""

    claim: PageClaim
    started_at: float

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started_at


#: Pages over which the rate of reading is taken.
_RECENT = 20


class CurrentWork:
    """At most one page at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._work: Work | None = None
        self._seconds: deque[float] = deque(maxlen=_RECENT)
        #: Pages started_at and settled in whatever way, since the process began.
        self.pages_begun = 0
        #: Readings recorded; what failed, was given back or lost is none.
        self.pages_read = 0

    def count_reading(self) -> None:
        """The page at hand has been read and recorded."""
        work = self.current
        with self._lock:
            self.pages_read += 1
            if work is not None:
                self._seconds.append(work.seconds)

    @property
    def pages_per_second(self) -> float:
        """While it read its last 20 pages; 0 before the first."""
        with self._lock:
            spent = sum(self._seconds)
            return len(self._seconds) / spent if spent else 0.0

    @property
    def current(self) -> Work | None:
        with self._lock:
            return self._work

    @contextmanager
    def work_on(self, claim: PageClaim) -> Iterator[None]:
        with self._lock:
            self._work = Work(claim, time.monotonic())
            self.pages_begun += 1
        try:
            yield
        finally:
            with self._lock:
                self._work = None
