"""The pages this process reads, shared by the threads that read them and the main thread.

A reading thread claims a page and records what became of it. The process's main thread renews the
leases, and releases or fails pages where the reading threads can't (they are inside an engine).
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
    """At most one page for each thread; safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: dict[int, ClaimedPage] = {}
        #: Seconds for which the process read anything before `_busy_since`: the time when the
        #: first of the present pages was started.
        self._busy_seconds, self._busy_since = 0.0, 0.0
        #: Seconds for which it had read when each of the last pages was recorded.
        self._recorded: deque[float] = deque([0.0], maxlen=_RECENT + 1)
        #: Pages started since the process started, whatever became of them.
        self.pages_started = 0
        #: Readings recorded; pages that failed, were released or lost do not count.
        self.pages_read = 0

    def count_reading(self) -> None:
        """Count this thread's page as read and recorded."""
        with self._lock:
            self.pages_read += 1
            self._recorded.append(self._busy())

    @property
    def pages_per_second(self) -> float:
        """The rate over the last 20 pages read, pauses left out; 0 before the first."""
        with self._lock:
            spent = self._recorded[-1] - self._recorded[0]
            return (len(self._recorded) - 1) / spent if spent else 0.0

    @property
    def pages(self) -> tuple[ClaimedPage, ...]:
        """The pages being read, the one that was started first comes first."""
        with self._lock:
            return tuple(sorted(self._pages.values(), key=lambda page: page.started_at))

    @contextmanager
    def work_on(self, claim: PageClaim) -> Iterator[None]:
        """Make `claim` the page of this thread, until the block ends."""
        thread = threading.get_ident()
        with self._lock:
            if not self._pages:
                self._busy_since = time.monotonic()
            self._pages[thread] = ClaimedPage(claim, time.monotonic())
            self.pages_started += 1
        try:
            yield
        finally:
            with self._lock:
                if len(self._pages) == 1:
                    self._busy_seconds = self._busy()
                del self._pages[thread]

    def _busy(self) -> float:
        """Seconds for which the process has read until now; while a page is being read."""
        return self._busy_seconds + time.monotonic() - self._busy_since
