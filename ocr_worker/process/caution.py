"""One page at a time after a death.

A process that dies takes an attempt from each page that it had in flight, though at most one of
them has ended it. Were they read together again, the same page could end them all until their
attempts are used up. So the next process reads one page at a time until none of them waits: what
dies then dies alone.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from documents.models import Page

log = structlog.get_logger(__name__)

#: Seconds between two looks at whether a waiting thread is to end.
_LOOK_SECONDS = 0.5


class Caution:
    """Shared by the threads of a process; without effect until `begin`."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._is_on = False

    def begin(self) -> None:
        self._is_on = True

    @contextmanager
    def take_turn(self, ending: threading.Event) -> Iterator[bool]:
        """Wait until no other thread reads; False where the process is to end meanwhile. A thread
        may claim and read one page in the block."""
        if not self._is_on:
            yield True
            return
        while not self._turn.acquire(timeout=_LOOK_SECONDS):
            if ending.is_set():
                yield False
                return
        try:
            yield True
            if self._is_on and not Page.objects.claimable().filter(attempts__gt=0).exists():
                self._is_on = False
                log.info("pages_read_together_again")
        finally:
            self._turn.release()
