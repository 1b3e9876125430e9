"""What the archive announces.

Two kinds. `documents_changed` and `event_recorded` are sent inside the transaction of the change:
what their receivers write is committed with it, and a receiver that fails undoes it. All others
are sent by `announce`, after the commit: a receiver that fails is logged and never fails the
sender. `tasks_waiting` and `pages_waiting` are wake-ups and carry no state: the database is the
truth, and a worker that misses one finds the work when it next looks.
"""

from __future__ import annotations

from typing import Any

import structlog
from django.db import transaction
from django.dispatch import Signal

log = structlog.get_logger(__name__)

#: Inside the transaction: the documents of `document_ids` have a new version, or are deleted.
documents_changed = Signal()
#: Inside the transaction: `event` was written.
event_recorded = Signal()

#: Some document has a task: pages to count or results to assemble.
tasks_waiting = Signal()
#: Some pages wait to be read.
pages_waiting = Signal()
#: A document was purged here (`document_id`); its tombstone is in the database.
document_purged = Signal()
#: A file of `document_id` was made on request, under `key`.
export_made = Signal()
#: A derived file of `document_id` was written under `key`.
derived_file_written = Signal()


def announce(signal: Signal, **facts: Any) -> None:
    """Send `signal` once the current transaction has committed (at once outside of one)."""
    transaction.on_commit(lambda: _send(signal, facts))


def _send(signal: Signal, facts: dict[str, Any]) -> None:
    for receiver, outcome in signal.send_robust(sender=None, **facts):
        if isinstance(outcome, Exception):
            log.warning("announcement_not_received", receiver=str(receiver), error=str(outcome))
