"""Shares of the web's threads: how many may wait for slow clients at once."""

from __future__ import annotations

import threading
import time

#: Seconds for which a share that was used up still counts as scarce.
_REMEMBERED = 60.0

_last_refusal = float("-inf")


class Slots:
    """A share of `number` threads. Taking one never waits: waiting would hold a thread, too."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._free = threading.BoundedSemaphore(number)

    def take(self) -> bool:
        """Whether there was a free one; then it has to be given back, once."""
        global _last_refusal
        taken = self._free.acquire(blocking=False)
        if not taken:
            _last_refusal = time.monotonic()
        return taken

    def give_back(self) -> None:
        self._free.release()


def scarce() -> bool:
    """Whether somebody was turned away a short while ago, in any share of this process."""
    return time.monotonic() - _last_refusal < _REMEMBERED
