"""Work in threads of its own that begin when they are woken and end when nothing is due: a server
that hangs in one delays neither a document nor what waits for another server."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog
from django.db import close_old_connections, connections

log = structlog.get_logger(__name__)


class WokenThreads:
    """`name`: of the threads, in the log. `most`: threads at the same time. `serve_next`: does the
    next piece of work that is due; False where there was none. `stopping`: set when no further
    piece may begin."""

    def __init__(
        self, name: str, most: int, serve_next: Callable[[], bool], stopping: threading.Event
    ) -> None:
        self._name, self._most, self._serve_next = name, most, serve_next
        self._stopping = stopping
        self._running = 0
        self._lock = threading.Lock()

    def wake(self) -> None:
        """Begin with what is due, unless as many threads as there may be do so already."""
        with self._lock:
            if self._running >= self._most or self._stopping.is_set():
                return
            self._running += 1
        threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def _run(self) -> None:
        try:
            close_old_connections()
            while not self._stopping.is_set() and self._serve_next():
                # More may be due than one thread can do.
                self.wake()
        except Exception:
            log.exception("woken_thread_failed", name=self._name)
        finally:
            connections.close_all()
            with self._lock:
                self._running -= 1
