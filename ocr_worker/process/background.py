"""The background worker: prepares documents, assembles results, syncs copies, reconciles."""

from __future__ import annotations

import datetime
import threading
import time
import uuid
from functools import partial

import structlog
from django.conf import settings
from django.db import close_old_connections

from documents.actions.claim_task import claim_task
from documents.actions.claim_turns import Turns
from documents.actions.deliver import end_sending_leases, serve_next_webhook
from documents.actions.detect_languages import detect_languages
from documents.actions.make_export import release_all_exports
from documents.actions.purge_due import purge_due
from documents.actions.release_task import release_all_tasks, release_task
from documents.actions.retry_unconverted import retry_unconverted
from documents.actions.run_batch import end_batch_leases, run_batch_slice
from documents.actions.run_change import end_change_leases
from documents.actions.run_source import end_source_leases, is_source_due, run_next_source
from documents.actions.store_arranged import end_arrangement_leases
from documents.actions.trim_audit import trim_audit
from documents.bucket.health import watch
from documents.files.filetypes import RENDERED_TYPES
from documents.models import WorkerKind, WorkerProcess
from documents.models.claim import TaskClaim
from documents.replication.peer_watch import PeerWatch
from documents.replication.sync_lease import end_sync_leases, is_syncing, release_sync_leases
from documents.replication.sync_worker import SyncWorker
from documents.signals import announce, tasks_waiting
from ocr_worker import actors, pipeline
from ocr_worker.changing import Changer
from ocr_worker.conversion import Converter
from ocr_worker.conversion.find_libreoffice import find_kit
from ocr_worker.folder_watch import FolderWatch
from ocr_worker.process.base import WorkerBase
from ocr_worker.process.file_makers import FileMakers
from ocr_worker.process.jail_check import JailCheck
from ocr_worker.reconcile import EVERY_SECONDS, reconcile
from ocr_worker.rendering import Renderer
from ocr_worker.woken_threads import WokenThreads

log = structlog.get_logger(__name__)

#: Seconds between two heartbeats from which the machine has slept, or this process has hung.
BREAK_SECONDS = 60.0
#: Seconds until a batch that waits for its documents is looked at again.
BATCH_PAUSE_SECONDS = 1.0
#: Seconds between two looks for entries of the audit that are too old.
TRIM_EVERY = 3600.0
#: Seconds for which older pages are looked at before other work has its turn.
LANGUAGES_SECONDS = 10.0
#: Receivers of webhooks that are sent to, and sources that are asked, at the same time.
RECEIVERS, SOURCES = 6, 4


class BackgroundProcess(WorkerBase):
    """Runs three tasks at a time, so that a file that is slow to open does not delay the next
    upload. Files are opened in child processes; the threads only wait."""

    kind = WorkerKind.BACKGROUND
    queue = actors.BACKGROUND
    threads = 3

    def __init__(self, slot: int, start_id: uuid.UUID, *, sole: bool) -> None:
        super().__init__(slot, start_id)
        self._sole_start = start_id if sole else None
        self._lock = threading.Lock()
        self._claims: dict[int, TaskClaim] = {}
        self._makers = FileMakers(self.threads - 1)
        self._claiming = threading.Lock()
        self._retried_unconverted = False
        self._sender = WokenThreads("webhooks", RECEIVERS, serve_next_webhook, self.stopping)
        self._changer = Changer(self.stopping)
        self._source_runner = WokenThreads(
            "sources", SOURCES, partial(run_next_source, self.stopping.is_set), self.stopping
        )
        self._next_reconcile = 0.0
        self._watching_since = time.monotonic()
        self._last_heartbeat = time.time()
        self._sync_worker = SyncWorker()
        self._bucket_state = ""
        self._cleaning = threading.Lock()
        self._batching = threading.Lock()
        self._next_trim = 0.0
        self._peer_watch = PeerWatch()
        self._jail_check = JailCheck()
        self._folder_watch = (
            FolderWatch(
                settings.OCRSITE_INBOX,
                keep=settings.OCRSITE_INBOX_KEEP,
                stopping=self.stopping,
            )
            if settings.OCRSITE_INBOX
            else None
        )

    def prepare(self) -> None:
        actors.on_wake_up(self.queue, self.work_until_idle)
        self._jail_check.start()
        if self._sole_start is not None:
            if taken := release_all_tasks():
                log.warning("task_leases_released", tasks=taken)
            if made := release_all_exports():
                log.warning("export_leases_released", exports=made)
            end_sync_leases()
            end_sending_leases()
            end_change_leases()
            end_batch_leases()
            end_source_leases()
            end_arrangement_leases()
            # Rows of earlier starts, which a restored database still has.
            WorkerProcess.objects.exclude(start_id=self.start_id).delete()
        if self._folder_watch is not None:
            self._folder_watch.start()

    def on_heartbeat(self) -> None:
        for claim in self._current_claims():
            if not claim.renew():
                log.warning("task_lease_renewal_failed", document=str(claim.document_id))
        self._makers.renew_leases()
        # Checks in the background, and logs a change of state.
        state_before, self._bucket_state = self._bucket_state, watch.state().word
        if (state_before, self._bucket_state) == ("failing", "configured"):
            self._sync_worker.resume()
            announce(tasks_waiting)
        if self._sole_start is not None:
            self._peer_watch.check_if_due()
        if is_source_due():
            self._source_runner.wake()
        watched_for = self.watched_for()
        if time.monotonic() >= self._next_reconcile:
            self._next_reconcile = time.monotonic() + EVERY_SECONDS
            reconcile(sole_start=self._sole_start, watched_for=watched_for)

    def watched_for(self) -> datetime.timedelta:
        """How long this process has run without a break that only the wall clock shows."""
        now, before = time.time(), self._last_heartbeat
        self._last_heartbeat = now
        if now - before > BREAK_SECONDS:
            self._watching_since = time.monotonic()
        return datetime.timedelta(seconds=time.monotonic() - self._watching_since)

    def status_fields(self) -> dict[str, object]:
        problem = self._folder_watch.state.problem if self._folder_watch else ""
        return {"jail_refused": self._jail_check.refused, "folder_problem": problem[:300]}

    def is_busy(self) -> bool:
        return bool(self._current_claims()) or self._makers.busy or is_syncing()

    def release_claims(self) -> None:
        for claim in self._current_claims():
            release_task(claim)
        release_sync_leases()

    def _clean_up(self) -> None:
        """Delete for good what is due, and see in which language older pages are; one thread does,
        the others go on."""
        if not self._cleaning.acquire(blocking=False):
            return
        try:
            while purge_due(self.stopping.is_set) and not self.stopping.is_set():
                pass
            if not self._retried_unconverted and find_kit() is not None:
                self._retried_unconverted = True
                retry_unconverted()
            if time.monotonic() >= self._next_trim:
                self._next_trim = time.monotonic() + TRIM_EVERY
                trim_audit()
            until = time.monotonic() + LANGUAGES_SECONDS
            while time.monotonic() < until and detect_languages(self.stopping.is_set):
                pass
        finally:
            self._cleaning.release()

    def _claim_task(self, turns: Turns) -> TaskClaim | None:
        """The next task. One thread at least stays free of office files: one may take minutes."""
        with self._claiming:
            rendered = [c for c in self._current_claims() if c.makes_rendition]
            full = len(rendered) >= self.threads - 1
            claim = claim_task(turns, to_prepare_no=RENDERED_TYPES if full else ())
            if claim is not None:
                with self._lock:
                    self._claims[threading.get_ident()] = claim
            return claim

    def _go_on_with_batch(self) -> bool:
        """Do a slice of a batch; whether one is under way. One thread at most does: it waits for
        the bucket, and comes back for other work after each slice."""
        if not self._batching.acquire(blocking=False):
            return False
        try:
            done = run_batch_slice()
            if done is False:
                self.stopping.wait(BATCH_PAUSE_SECONDS)
            return done is not None
        finally:
            self._batching.release()

    def _current_claims(self) -> list[TaskClaim]:
        with self._lock:
            return list(self._claims.values())

    def work_until_idle(self) -> None:
        """Run task after task, until none waits or the process is asked to stop."""
        thread = threading.get_ident()
        with Renderer() as renderer, Converter(ahead=True) as converter:
            first, turns, makers = True, Turns(), self._makers
            while not self.stopping.is_set():
                close_old_connections()
                self._sender.wake()
                self._changer.wake()
                self._source_runner.wake()
                # Somebody waits for it, so it goes first.
                makers.make_export(renderer)
                makers.arrange_pages()
                claim = self._claim_task(turns)
                if claim is None and (
                    makers.make_export(renderer) or makers.arrange_pages() or makers.fetch_file()
                ):
                    continue
                if claim is None and self._go_on_with_batch():
                    continue
                if claim is None:
                    self._clean_up()
                    self._sync_worker.sync_waiting(self.stopping)
                    break
                try:
                    if first:
                        announce(tasks_waiting)
                    first = False
                    pipeline.run_task(claim, renderer, converter.convert)
                finally:
                    with self._lock:
                        del self._claims[thread]
