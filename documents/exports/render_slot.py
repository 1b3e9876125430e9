"""A single slot for work that takes long, with a bounded queue of threads that wait for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from documents.errors import Busy
from documents.messages import Message


class RenderSlot:
    """One thread renders at a time. At most `max_waiting` threads wait for it, each for at
    most `wait_seconds`."""

    def __init__(self, *, max_waiting: int, wait_seconds: float) -> None:
        self.wait_seconds = wait_seconds
        self._slot = threading.Lock()
        self._waiting = threading.BoundedSemaphore(max_waiting)

    @property
    def is_taken(self) -> bool:
        return self._slot.locked()

    @contextmanager
    def take(self) -> Iterator[None]:
        """Hold the slot. Raises Busy, at once where too many wait already."""
        if not self._acquire():
            raise Busy(Message("Other page images are being drawn. Ask again in a second."))
        try:
            yield
        finally:
            self._slot.release()

    def _acquire(self) -> bool:
        if self._slot.acquire(blocking=False):
            return True
        if not self._waiting.acquire(blocking=False):
            return False
        try:
            return self._slot.acquire(timeout=self.wait_seconds)
        finally:
            self._waiting.release()
