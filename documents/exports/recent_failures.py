"""What failed a while ago and would fail again: remembered, and not tried at every look."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from documents.errors import ReadingError


class RecentFailures:
    """The errors of the last few minutes by what they were about; in this process, bounded.

    A permanent error is remembered for `seconds`, one that may pass for `passing_seconds`. Beyond
    `most` the oldest is forgotten.
    """

    def __init__(
        self, *, seconds: float = 600.0, passing_seconds: float = 60.0, most: int = 1000
    ) -> None:
        self._seconds = seconds
        self._passing_seconds = passing_seconds
        self._most = most
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[ReadingError, float]] = OrderedDict()

    def remember(self, key: str, error: ReadingError) -> None:
        lasting = self._seconds if error.permanent else self._passing_seconds
        with self._lock:
            self._known.pop(key, None)
            self._known[key] = (_copy(error), time.monotonic() + lasting)
            while len(self._known) > self._most:
                self._known.popitem(last=False)

    def raise_for(self, key: str) -> None:
        """Raises the error that is remembered for `key`, if there is one."""
        with self._lock:
            error, until = self._known.get(key, (None, 0.0))
            if error is None:
                return
            if until <= time.monotonic():
                del self._known[key]
                return
        raise _copy(error)


def _copy(error: ReadingError) -> ReadingError:
    """Without the traceback, which would hold on to what its frames held."""
    return type(error)(error.message, document=error.document, page=error.page, fields=error.fields)
