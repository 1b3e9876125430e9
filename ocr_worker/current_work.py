"""The page this process reads, shared by two threads.

The working thread claims pages and records what became of them. The process's main thread renews
their leases, and releases or fails them where the working thread can't (it is inside an engine).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from documents.models.claim import PageClaim

#: Pages over which the reading rate is computed.
_RECENT = 20


@dataclass(frozen=True)
class ClaimedPage:
    """A claim and when work on it started (seconds of the monotonic clock)."""

    claim: PageClaim
    started_at: float

    @property
    def seconds(self) -> float:
        """How long the work has taken so far."""
        return time.monotonic() - self.started_at


class CurrentWork:
    """At most one page at a time; safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._page: ClaimedPage | None = None
        self._seconds: deque[float] = deque(maxlen=_RECENT)
        #: Pages started since the process started, whatever became of them.
        self.pages_started = 0
        #: Readings recorded; pages that failed, were released or lost do not count.
        self.pages_read = 0

    def count_reading(self) -> None:
        """Count the current page as read and recorded."""
        page = self.page
        with self._lock:
            self.pages_read += 1
            if page is not None:
                self._seconds.append(page.seconds)

    @property
    def pages_per_second(self) -> float:
        """The rate over the last 20 pages read, pauses left out; 0 before the first."""
        with self._lock:
            spent = sum(self._seconds)
            return len(self._seconds) / spent if spent else 0.0

    @property
    def page(self) -> ClaimedPage | None:
        """The page being read; None while there is none."""
        with self._lock:
            return self._page

    @contextmanager
    def work_on(self, claim: PageClaim) -> Iterator[None]:
        """Make `claim` the current page, until the block ends."""
        with self._lock:
            self._page = ClaimedPage(claim, time.monotonic())
            self.pages_started += 1
        try:
            yield
        finally:
            with self._lock:
                self._page = None
