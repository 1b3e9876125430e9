"""The sync worker of a machine that serves the web only and has no background worker.

Until they are in the bucket, this machine alone has the files uploaded to it.
"""

from __future__ import annotations

import threading
import uuid

from django.db import connections

from documents.bucket.health import watch
from documents.models import WorkerKind
from documents.replication.sync_lease import is_syncing, release_sync_leases
from documents.replication.sync_worker import SyncWorker
from ocr_worker import actors
from ocr_worker.process.base import WorkerBase


class SyncProcess(WorkerBase):
    kind = WorkerKind.SYNC
    queue = actors.BACKGROUND
    threads = 1

    def __init__(self, slot: int, start_id: uuid.UUID) -> None:
        super().__init__(slot, start_id)
        self._sync_worker = SyncWorker()
        self._thread: threading.Thread | None = None

    def prepare(self) -> None:
        """Nothing to do: the leases of an earlier process expire by themselves."""

    def is_ready(self) -> bool:
        return False  # it polls the database and consumes no wake-ups

    def on_heartbeat(self) -> None:
        watch.state()  # checks in the background, and logs a change of state
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._sync, name="sync", daemon=True)
            self._thread.start()

    def is_busy(self) -> bool:
        return is_syncing()

    def release_claims(self) -> None:
        release_sync_leases()

    def _sync(self) -> None:
        try:
            self._sync_worker.sync_waiting(self.stopping)
        finally:
            connections.close_all()
