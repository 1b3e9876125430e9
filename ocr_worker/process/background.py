"""The background process: prepares documents, assembles results, finds what was left behind."""

from __future__ import annotations

import datetime
import threading
import time
import uuid

import structlog
from django.db import close_old_connections

from documents.actions.claim_task import claim_task
from documents.actions.release_task import release_all_tasks, release_task
from documents.bucket.health import watch
from documents.models import WorkerKind, WorkerProcess
from documents.models.claim import TaskClaim
from documents.replication.peer_watch import PeerWatch
from documents.replication.sync import end_all_leases, keeps_something, release_all
from documents.replication.sync_worker import SyncWorker
from documents.signals import announce, tasks_waiting
from ocr_worker import actors, pipeline
from ocr_worker.process.base import WorkerBase
from ocr_worker.reconcile import EVERY_SECONDS, reconcile
from ocr_worker.rendering import Renderer

log = structlog.get_logger(__name__)

#: Seconds between two beats after which the machine has slept, or this process has hung.
BREAK_SECONDS = 60.0


class BackgroundProcess(WorkerBase):
    """Three at a time, so that a file that takes long to open does not hold up the next upload;
    opening happens in a child process, the threads only wait."""

    kind = WorkerKind.BACKGROUND
    queue = actors.BACKGROUND
    threads = 3

    def __init__(self, slot: int, start_id: uuid.UUID, *, sole: bool) -> None:
        super().__init__(slot, start_id)
        self._sole_start = start_id if sole else None
        self._lock = threading.Lock()
        self._claims: dict[int, TaskClaim] = {}
        self._next_reconcile = 0.0
        self._watching_since = time.monotonic()
        self._last_beat = time.time()
        self._keeper = SyncWorker()
        self._bucket_word = ""
        self._peer_watch = PeerWatch()

    def begin(self) -> None:
        actors.on_wake_up(self.queue, self.work_until_idle)
        if self._sole_start is not None:
            if taken := release_all_tasks():
                log.warning("task_leases_of_dead_process_ended", tasks=taken)
            end_all_leases()
            # Those of lives before, which a restored database still knows.
            WorkerProcess.objects.exclude(start_id=self.start_id).delete()

    def beat(self) -> None:
        for claim in self._held():
            if not claim.renew():
                log.warning("chore_not_renewed", document=str(claim.document_id))
        # Looks in the background, and logs what has changed.
        word_before, self._bucket_word = self._bucket_word, watch.state().word
        if (word_before, self._bucket_word) == ("failing", "configured"):
            self._keeper.go_on()
            announce(tasks_waiting)
        if self._sole_start is not None:
            self._peer_watch.check_if_due()
        watched_for = self.watched_for()
        if time.monotonic() >= self._next_reconcile:
            self._next_reconcile = time.monotonic() + EVERY_SECONDS
            reconcile(sole_start=self._sole_start, watched_for=watched_for)

    def watched_for(self) -> datetime.timedelta:
        """How long this process has lived without a break that only the wall clock has seen."""
        now, before = time.time(), self._last_beat
        self._last_beat = now
        if now - before > BREAK_SECONDS:
            self._watching_since = time.monotonic()
        return datetime.timedelta(seconds=time.monotonic() - self._watching_since)

    def is_busy(self) -> bool:
        return bool(self._held()) or keeps_something()

    def give_back(self) -> None:
        for claim in self._held():
            release_task(claim)
        release_all()

    def _held(self) -> list[TaskClaim]:
        with self._lock:
            return list(self._claims.values())

    def work_until_idle(self) -> None:
        """Do task after task, until none waits or the process is to stop."""
        thread = threading.get_ident()
        with Renderer() as renderer:
            first = True
            while not self.stopping.is_set():
                close_old_connections()
                claim = claim_task()
                if claim is None:
                    self._keeper.keep_what_waits(self.stopping)
                    break
                with self._lock:
                    self._claims[thread] = claim
                try:
                    if first:
                        announce(tasks_waiting)
                    first = False
                    pipeline.run_task(claim, renderer)
                finally:
                    with self._lock:
                        del self._claims[thread]
