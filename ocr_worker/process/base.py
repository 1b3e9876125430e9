"""What all worker processes have in common: start, heartbeat and end."""

from __future__ import annotations

import os
import signal
import threading
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable

import dramatiq
import structlog
from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone

from documents.models import WorkerProcess
from ocr_worker.broker import broker
from ocr_worker.memory import resident_bytes

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 5.0
#: How often an idle worker polls the queue for a wake-up, ms.
POLL_MS = 200
#: Seconds for which a requested stop lets the current work go on. The supervisor kills after 8.5.
GRACE_SECONDS = 3.0
#: Seconds for Dramatiq to return what it fetched and did not start.
CONSUMERS_STOP_SECONDS = 1.5


class WorkerBase(ABC):
    """One worker process. `run` returns when the process is asked to stop (SIGTERM, SIGINT)."""

    kind: str
    queue: str

    @property
    def threads(self) -> int:
        """How many messages are worked on at the same time; may grow."""
        return 1

    def __init__(self, slot: int, start_id: uuid.UUID) -> None:
        self.start_id = start_id
        #: This process's id: of its row, and as the owner of its leases.
        self.owner = f"{start_id}:{self.kind}:{slot}"
        self.started_at = timezone.now()
        self.stopping = threading.Event()
        #: Whether a new process takes this one's place at once: its row is left to that process.
        self.recycled = False
        self._consumers: list[dramatiq.Worker] = []
        self._consuming = 0

    def run(self) -> None:
        prepared, next_heartbeat = False, 0.0
        while not self.stopping.is_set():
            self._install_signal_handlers()
            prepared = prepared or self._try_step(self.prepare)
            if time.monotonic() >= next_heartbeat:
                next_heartbeat = time.monotonic() + HEARTBEAT_SECONDS
                self._try_step(self._send_heartbeat)
            if prepared and self._consuming < self.threads and self.is_ready():
                self._start_consumer(self.threads - self._consuming)
                next_heartbeat = 0.0  # report at once that it is ready
            self.stopping.wait(min(0.5, max(0.0, next_heartbeat - time.monotonic())))
        self._stop()

    def _install_signal_handlers(self) -> None:
        """Called repeatedly: a library that an engine loads may replace the handlers (Paddle does),
        and a requested stop must release what this process has claimed."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())

    @abstractmethod
    def prepare(self) -> None:
        """Run before anything is consumed; repeated while the database is unavailable."""

    def is_ready(self) -> bool:
        """Whether wake-ups may be consumed."""
        return True

    @abstractmethod
    def on_heartbeat(self) -> None:
        """Run every 5 s in the main thread; must not take long."""

    @abstractmethod
    def is_busy(self) -> bool: ...

    @abstractmethod
    def release_claims(self) -> None:
        """Release unfinished claims that the working thread can't release itself."""

    def status_fields(self) -> dict[str, object]:
        """More fields for this process's row."""
        return {}

    def _send_heartbeat(self) -> None:
        close_old_connections()
        self._update_row()
        self.on_heartbeat()

    def _update_row(self) -> None:
        """Write to this process's row that it is alive, and its state."""
        WorkerProcess.objects.update_or_create(
            id=self.owner,
            defaults={
                "kind": self.kind,
                "start_id": self.start_id,
                "pid": os.getpid(),
                "started_at": self.started_at,
                "heartbeat_at": timezone.now(),
                "rss_bytes": resident_bytes(),
                **self.status_fields(),
            },
        )

    def _try_step(self, step: Callable[[], object]) -> bool:
        """Run `step`; False where the database is unavailable, which must not end the process."""
        try:
            step()
        except DatabaseError as error:
            log.error("database_unavailable", kind=self.kind, reason=str(error))
            connections.close_all()
            return False
        return True

    def _start_consumer(self, threads: int) -> None:
        consumer = dramatiq.Worker(
            broker, queues={self.queue}, worker_timeout=POLL_MS, worker_threads=threads
        )
        # A message prefetched by a busy process can't wake an idle one.
        consumer.queue_prefetch = threads
        consumer.start()
        self._consumers.append(consumer)
        self._consuming += threads

    def _stop(self) -> None:
        deadline = time.monotonic() + GRACE_SECONDS
        while self.is_busy() and time.monotonic() < deadline:
            time.sleep(0.02)
        if not self.is_busy():
            for consumer in self._consumers:
                consumer.stop(timeout=int(CONSUMERS_STOP_SECONDS * 1000))
        if self.is_busy():  # still, or with what it was claiming when the stop was requested
            self._try_step(self.release_claims)
        if not self.recycled:
            self._try_step(lambda: WorkerProcess.objects.filter(id=self.owner).delete())
        connections.close_all()
        # A thread inside an engine's C code can't be stopped and must not be waited for.
        os._exit(0)
