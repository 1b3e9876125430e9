"""The mirror process of a machine that only serves the web: it alone has what was uploaded there,
until that is in the bucket. Elsewhere background tasks do this beside their other work."""

from __future__ import annotations

import threading
import uuid

from django.db import connections

from documents.bucket.health import watch
from documents.models import WorkerKind
from documents.replication.sync import keeps_something, release_all
from documents.replication.sync_worker import SyncWorker
from ocr_worker import actors
from ocr_worker.process.base import WorkerBase


class SyncProcess(WorkerBase):
    kind = WorkerKind.SYNC
    queue = actors.BACKGROUND
    threads = 1

    def __init__(self, slot: int, start_id: uuid.UUID) -> None:
        super().__init__(slot, start_id)
        self._keeper = SyncWorker()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """There is nothing to take back: a lease that was left ends by itself."""

    def ready_to_work(self) -> bool:
        return False  # nobody wakes it: it looks by itself

    def beat(self) -> None:
        watch.state()  # looks in the background, and logs what has changed
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._keep, name="mirror", daemon=True)
            self._thread.start()

    def is_busy(self) -> bool:
        return keeps_something()

    def give_back(self) -> None:
        release_all()

    def _keep(self) -> None:
        try:
            self._keeper.keep_what_waits(self.stopping)
        finally:
            connections.close_all()
