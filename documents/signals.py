"""What the archive announces; whoever is concerned listens.

`tasks_waiting` and `pages_waiting` are wake-ups and carry no state. The database is the truth,
and what a lost announcement would have started is found by the next look at it. A receiver that
fails is logged and never fails the sender.
"""

from __future__ import annotations

from typing import Any

import structlog
from django.db import transaction
from django.dispatch import Signal

log = structlog.get_logger(__name__)

#: Some document has a task: pages to count or results to assemble.
tasks_waiting = Signal()
#: Some pages wait to be read.
pages_waiting = Signal()
#: A document was purged here (`document_id`); its tombstone is in the database.
document_purged = Signal()
#: A derived file of `document_id` was written under `key`.
derived_file_written = Signal()


def announce(signal: Signal, **facts: Any) -> None:
    """Send `signal` once the current transaction has committed (at once outside of one)."""
    transaction.on_commit(lambda: _send(signal, facts))


def _send(signal: Signal, facts: dict[str, Any]) -> None:
    for receiver, outcome in signal.send_robust(sender=None, **facts):
        if isinstance(outcome, Exception):
            log.warning("announcement_not_received", receiver=str(receiver), error=str(outcome))
