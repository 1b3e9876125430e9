"""One run of a source: its lease, its cursor, and how long it may go on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from documents.errors import ArchiveError, LeaseLost
from documents.messages import Message
from documents.models import ItemStatus, Source, SourceItem

#: Seconds after which a run ends, so that other sources have their turn; the next goes on.
SLICE_SECONDS = 60.0
_RENEW_EVERY = 10.0
#: Things that were to be tried again, of one run.
_MOST_AGAIN = 200

#: What a test of the connection found: `at`, `found` (things that lie there), or an error's fields.
Checked = dict[str, Any]


@dataclass
class SourceRun:
    """`complaint`: what did not work, where the rest went on. `is_through`: nothing is left to
    take."""

    source: Source
    is_stopping: Callable[[], bool] = lambda: False
    complaint: ArchiveError | None = None
    is_through: bool = True
    _begun: float = field(default_factory=time.monotonic)
    _renewed: float = field(default_factory=time.monotonic)

    def should_end(self) -> bool:
        """Whether the rest is for the next run."""
        if self.is_stopping() or time.monotonic() - self._begun > SLICE_SECONDS:
            self.is_through = False
        return not self.is_through

    def still_ours(self) -> None:
        """Renew the lease. Raises LeaseLost."""
        self._renewed = time.monotonic()
        if not Source.lease.renew(self._row(), self.source.lease_token):
            raise LeaseLost(Message("Another process has this source, or it was changed."))

    def keep_alive(self) -> None:
        """As `still_ours`, but not at every call."""
        if time.monotonic() - self._renewed > _RENEW_EVERY:
            self.still_ours()

    def save_cursor(self, **places: Any) -> None:
        """Raises LeaseLost."""
        cursor = {**self.source.cursor, **places}
        held = self._row().filter(Source.lease.is_held(self.source.lease_token))
        if not held.update(cursor=cursor):
            raise LeaseLost(Message("Another process has this source, or it was changed."))
        self.source.cursor = cursor

    def to_try_again(self) -> list[SourceItem]:
        waiting = self.source.items.filter(status=ItemStatus.WAITING)
        return list(waiting.order_by("id")[:_MOST_AGAIN])

    def _row(self) -> Any:
        return Source.objects.filter(pk=self.source.pk)
