"""What requests note in memory is written a second later, so that none of them waits for a write.

On SQLite every writer waits for the one before. A process that is killed loses the last second of
what it noted: who has looked at what, and when tokens were last used.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog
from django.db import connections

log = structlog.get_logger("ocrsite.web")

#: Seconds between two flushes.
EVERY = 1.0


def write_later(*flushes: Callable[[], int]) -> threading.Thread:
    """Call each of `flushes` every second from now on, in a thread of its own.

    A flush writes what waits and returns how much that was. Where it raises, what waits stays for
    the next one; that is logged once until it succeeds.
    """
    thread = threading.Thread(target=_run, args=flushes, name="written later", daemon=True)
    thread.start()
    return thread


def _run(*flushes: Callable[[], int]) -> None:
    pause, failed = threading.Event(), False
    while not pause.wait(EVERY):
        try:
            written = sum(flush() for flush in flushes)
            if written or failed:
                connections.close_all()
            failed = False
        except Exception as error:
            connections.close_all()
            if not failed:
                log.warning("notes_not_written", error=str(error))
            failed = True
