"""Notify a listener of documents whose changes can be found."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable

import structlog
from django.db import DatabaseError

log = structlog.get_logger(__name__)

#: Documents in one call of the listener.
BATCH = 2000
#: The listener gets at most one of so many seconds: changes wait meanwhile.
TIME_SHARE = 5

Listener = Callable[[list[uuid.UUID]], None]


class ChangeNotifier:
    """Calls `listener` with a batch of document ids at a time. An exception of the listener, other
    than a DatabaseError, is logged, and the batch is not delivered again."""

    def __init__(self, listener: Listener | None) -> None:
        self._listener = listener
        self._pending: dict[uuid.UUID, None] = {}
        self._next = 0.0

    @property
    def has_pending(self) -> bool:
        return bool(self._pending)

    @property
    def is_due(self) -> bool:
        return self.has_pending and time.monotonic() >= self._next

    def add(self, documents: Iterable[uuid.UUID]) -> None:
        if self._listener is not None:
            self._pending.update(dict.fromkeys(documents))

    def notify_if_due(self) -> None:
        """Deliver one batch, if it is time. Raises DatabaseError; the batch stays pending then."""
        if self._listener is None or not self.is_due:
            return
        started = time.monotonic()
        batch = list(self._pending)[:BATCH]
        try:
            self._listener(batch)
        except DatabaseError:
            raise
        except Exception:
            # The index is intact; it must not be replaced because of the listener.
            log.exception("search_listener_failed")
        for document in batch:
            del self._pending[document]
        took = time.monotonic() - started
        self._next = started + TIME_SHARE * took
