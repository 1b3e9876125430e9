"""Wake-ups: the archive says "there may be work"; whoever works listens.

They carry no state. The database is the truth, and what a lost wake-up would have started is
found by the next look at it. A receiver that fails is logged and never fails the sender.
"""

from __future__ import annotations

import structlog
from django.db import transaction
from django.dispatch import Signal

log = structlog.get_logger(__name__)

#: Some document has a chore: pages to count or results to assemble.
chores_waiting = Signal()
#: Some pages wait to be read.
pages_waiting = Signal()


def announce(signal: Signal) -> None:
    """Send `signal` once the current transaction has committed (at once outside of one)."""
    transaction.on_commit(lambda: _send(signal))


def _send(signal: Signal) -> None:
    for receiver, outcome in signal.send_robust(sender=None):
        if isinstance(outcome, Exception):
            log.warning("wake_up_not_sent", receiver=str(receiver), error=str(outcome))
