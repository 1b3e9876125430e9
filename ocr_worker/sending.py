"""Sends what webhooks wait for, in threads of its own: a receiver that hangs delays no document."""

from __future__ import annotations

import threading

import structlog
from django.db import close_old_connections, connections

from documents.actions.deliver import serve_next_webhook

log = structlog.get_logger(__name__)

#: Receivers that are sent to at the same time.
THREADS = 6


class Sender:
    """`stopping`: set when no further message may begin."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._running = 0
        self._lock = threading.Lock()

    def wake(self) -> None:
        """Begin to send what is due, unless as many threads as there may be do so already. They end
        when nothing is due."""
        with self._lock:
            if self._running >= THREADS or self._stopping.is_set():
                return
            self._running += 1
        threading.Thread(target=self._send, name="webhooks", daemon=True).start()

    def _send(self) -> None:
        try:
            close_old_connections()
            while not self._stopping.is_set() and serve_next_webhook():
                # Another receiver may wait, too.
                self.wake()
        except Exception:
            log.exception("webhooks_not_sent")
        finally:
            connections.close_all()
            with self._lock:
                self._running -= 1
