"""Recent failures that would happen again: remembered, so that no request tries them again."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from documents.errors import ReadingError


class RecentFailures:
    """The errors of the last few minutes by key, in the memory of this process.

    A permanent error is remembered for `seconds`, a temporary one for `temporary_seconds`. Beyond
    `max_entries` the oldest is forgotten.
    """

    def __init__(
        self, *, seconds: float = 600.0, temporary_seconds: float = 60.0, max_entries: int = 1000
    ) -> None:
        self._seconds = seconds
        self._temporary_seconds = temporary_seconds
        self._max_entries = max_entries
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[ReadingError, float]] = OrderedDict()

    def remember(self, key: str, error: ReadingError) -> None:
        seconds = self._seconds if error.permanent else self._temporary_seconds
        with self._lock:
            self._known.pop(key, None)
            self._known[key] = (_copy(error), time.monotonic() + seconds)
            while len(self._known) > self._max_entries:
                self._known.popitem(last=False)

    def raise_recent(self, key: str) -> None:
        """Raise the error remembered for `key`, if there is one."""
        with self._lock:
            error, until = self._known.get(key, (None, 0.0))
            if error is None:
                return
            if until <= time.monotonic():
                del self._known[key]
                return
        raise _copy(error)


def _copy(error: ReadingError) -> ReadingError:
    """A copy without the traceback, whose frames would keep their values in memory."""
    return type(error)(error.message, document=error.document, page=error.page, fields=error.fields)
