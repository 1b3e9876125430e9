"""Asks the sources that are due, in threads of its own: a mail server that hangs delays nothing."""

from __future__ import annotations

import threading

import structlog
from django.db import close_old_connections, connections

from documents.actions.run_source import run_next_source

log = structlog.get_logger(__name__)

#: Sources that are asked at the same time.
THREADS = 4


class SourceRunner:
    """`stopping`: set when nothing further may be taken."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._running = 0
        self._lock = threading.Lock()

    def wake(self) -> None:
        """Begin to ask what is due, unless as many threads as there may be do so already. They end
        when nothing is due."""
        with self._lock:
            if self._running >= THREADS or self._stopping.is_set():
                return
            self._running += 1
        threading.Thread(target=self._run, name="sources", daemon=True).start()

    def _run(self) -> None:
        try:
            close_old_connections()
            while not self._stopping.is_set() and run_next_source(self._stopping.is_set):
                # Another source may wait, too.
                self.wake()
        except Exception:
            log.exception("sources_not_asked")
        finally:
            connections.close_all()
            with self._lock:
                self._running -= 1
