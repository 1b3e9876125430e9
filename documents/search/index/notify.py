"""Documents that changed, told to whoever waits for them, once what they say can be found."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable

import structlog
from django.db import DatabaseError

log = structlog.get_logger(__name__)

#: Documents that are told of at a time.
AT_ONCE = 2000
#: Telling takes one of so many seconds at most: what changes meanwhile waits to be found.
SHARE = 5

Told = Callable[[list[uuid.UUID]], None]


class Telling:
    """`tell` is called with some documents at a time; what it raises, but for the database's
    errors, is logged and not tried again."""

    def __init__(self, tell: Told | None) -> None:
        self._tell = tell
        self._waiting: dict[uuid.UUID, None] = {}
        self._next = 0.0

    @property
    def waits(self) -> bool:
        return bool(self._waiting)

    @property
    def is_due(self) -> bool:
        return self.waits and time.monotonic() >= self._next

    def add(self, documents: Iterable[uuid.UUID]) -> None:
        if self._tell is not None:
            self._waiting.update(dict.fromkeys(documents))

    def step(self) -> None:
        """Tell of some, if it is time. Raises DatabaseError; they wait on then."""
        if self._tell is None or not self.is_due:
            return
        begun = time.monotonic()
        some = list(self._waiting)[:AT_ONCE]
        try:
            self._tell(some)
        except DatabaseError:
            raise
        except Exception:
            # It is not the index that failed: it must not be given up for it.
            log.exception("search_new_pages_not_told")
        for document in some:
            del self._waiting[document]
        took = time.monotonic() - begun
        self._next = begun + SHARE * took
