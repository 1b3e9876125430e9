"""When tokens were last used: noted in memory, written a second later, all in one transaction.

A request that reads must not wait for a write: on SQLite every writer waits for the one before.
What is noted lies in this process until the next flush; one that is killed loses a second of it.
"""

from __future__ import annotations

import datetime
import threading

from django.db import DatabaseError
from django.db.models import Q

from documents.models import ApiToken


class TokenUses:
    """The uses that this process has seen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[int, datetime.datetime] = {}
        #: Whether somebody flushes: else a use is better written at once.
        self.are_flushed = False

    def note(self, token_id: int, at: datetime.datetime) -> None:
        with self._lock:
            self._waiting[token_id] = at

    def flush(self) -> int:
        """Write what waits; returns the number of tokens. Raises DatabaseError: then it waits for
        the next flush."""
        with self._lock:
            uses, self._waiting = self._waiting, {}
        if not uses:
            return 0
        at = max(uses.values())
        try:
            # Within a second of each other: one time for all. Another process may have been later.
            earlier = Q(last_used_at=None) | Q(last_used_at__lt=at)
            return ApiToken.objects.filter(earlier, pk__in=uses).update(last_used_at=at)
        except DatabaseError:
            with self._lock:
                self._waiting = {**uses, **self._waiting}
            raise


#: Those of this process.
token_uses = TokenUses()
