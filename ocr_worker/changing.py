"""Makes the changes of many documents in a thread of its own: ten thousand delay no upload."""

from __future__ import annotations

import threading

import structlog
from django.db import close_old_connections, connections

from documents.actions.run_change import run_change_slice
from documents.replication.after_commit import leave_sync_to_background

log = structlog.get_logger(__name__)


class Changer:
    """`stopping`: set when no further slice may begin."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._lock = threading.Lock()
        self._running = self._wanted = False

    def wake(self) -> None:
        """Have the thread change what waits; it ends when nothing does."""
        with self._lock:
            self._wanted = True
            if self._running or self._stopping.is_set():
                return
            self._running = True
        threading.Thread(target=self._change, name="changes", daemon=True).start()

    def _change(self) -> None:
        try:
            with leave_sync_to_background():
                while self._is_wanted():
                    close_old_connections()
                    while not self._stopping.is_set() and run_change_slice():
                        close_old_connections()
        except Exception:
            log.exception("changes_not_made")
            with self._lock:
                self._running = False
        finally:
            connections.close_all()

    def _is_wanted(self) -> bool:
        """Whether somebody woke it since it last looked; if not, it ends."""
        with self._lock:
            self._running, self._wanted = self._wanted and not self._stopping.is_set(), False
            return self._running
