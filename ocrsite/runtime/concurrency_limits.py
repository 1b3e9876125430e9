"""Shares of the web's threads: how many may wait for slow clients at the same time."""

from __future__ import annotations

import threading
import time

#: Seconds for which a refusal counts as recent.
_RECENT = 60.0

_last_refusal = float("-inf")


class Slots:
    """A share of `number` threads. Acquiring one never waits: waiting would occupy a thread."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._free = threading.BoundedSemaphore(number)

    def acquire(self) -> bool:
        """Whether a slot was free; the caller must release it exactly once then."""
        global _last_refusal
        acquired = self._free.acquire(blocking=False)
        if not acquired:
            _last_refusal = time.monotonic()
        return acquired

    def release(self) -> None:
        self._free.release()


def refused_recently() -> bool:
    """Whether any share of this process has refused a request within the last minute."""
    return time.monotonic() - _last_refusal < _RECENT
