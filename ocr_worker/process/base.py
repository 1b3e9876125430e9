"""What OCR workers and background tasks have in common: life, death and reporting."""

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

BEAT_SECONDS = 5.0
#: How often an idle worker looks for a wake-up, ms.
POLL_MS = 200
#: Seconds that a stop on request lets the work at hand go on. The supervisor kills after 8.5.
GRACE_SECONDS = 3.0
#: Seconds for Dramatiq to hand back what it fetched and did not begin.
CONSUMERS_STOP_SECONDS = 1.5


class WorkerBase(ABC):
    """One process. `run` returns when it is asked to stop (SIGTERM, SIGINT)."""

    kind: str
    queue: str
    threads: int

    def __init__(self, slot: int, start_id: uuid.UUID) -> None:
        self.start_id = start_id
        self.owner = f"{start_id}:{self.kind}:{slot}"
        self.started_at = timezone.now()
        self.stopping = threading.Event()
        #: Whether it ends for another to follow it at once: its row is left to that one.
        self.followed = False
        self._consumer: dramatiq.Worker | None = None

    def run(self) -> None:
        begun, next_beat = False, 0.0
        while not self.stopping.is_set():
            self._listen()
            begun = begun or self._safely(self.begin)
            if time.monotonic() >= next_beat:
                next_beat = time.monotonic() + BEAT_SECONDS
                self._safely(self._beat)
            if begun and self._consumer is None and self.ready_to_work():
                self._consume()
                next_beat = 0.0  # that it is ready now is said at once
            self.stopping.wait(min(0.5, max(0.0, next_beat - time.monotonic())))
        self._stop()

    def _listen(self) -> None:
        """Again and again: a library that an engine loads may take the signals over (Paddle does),
        and a stop on request must give back what is held."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())

    @abstractmethod
    def begin(self) -> None:
        """Before anything is consumed; tried again while the database is away."""

    def ready_to_work(self) -> bool:
        return True

    @abstractmethod
    def beat(self) -> None:
        """Every 5 s, in the main thread; must not take long."""

    @abstractmethod
    def is_busy(self) -> bool: ...

    @abstractmethod
    def give_back(self) -> None:
        """Return what is held and unfinished; the working thread does not get to."""

    def report(self) -> dict[str, object]:
        """More fields for this process's row."""
        return {}

    def _beat(self) -> None:
        close_old_connections()
        self._report()
        self.beat()

    def _report(self) -> None:
        """Say in this process's row that it lives, and how."""
        WorkerProcess.objects.update_or_create(
            id=self.owner,
            defaults={
                "kind": self.kind,
                "start_id": self.start_id,
                "pid": os.getpid(),
                "started_at": self.started_at,
                "heartbeat_at": timezone.now(),
                "rss_bytes": resident_bytes(),
                **self.report(),
            },
        )

    def _safely(self, step: Callable[[], object]) -> bool:
        """Whether `step` came through: a database that is away must not end the process."""
        try:
            step()
        except DatabaseError as error:
            log.error("database_not_available", kind=self.kind, reason=str(error))
            connections.close_all()
            return False
        return True

    def _consume(self) -> None:
        consumer = dramatiq.Worker(
            broker, queues={self.queue}, worker_timeout=POLL_MS, worker_threads=self.threads
        )
        # A message waiting in a busy process is one that no idle process is woken by.
        consumer.queue_prefetch = self.threads
        consumer.start()
        self._consumer = consumer

    def _stop(self) -> None:
        deadline = time.monotonic() + GRACE_SECONDS
        while self.is_busy() and time.monotonic() < deadline:
            time.sleep(0.02)
        if not self.is_busy() and self._consumer is not None:
            self._consumer.stop(timeout=int(CONSUMERS_STOP_SECONDS * 1000))
        if self.is_busy():  # still, or with what it was claiming when the stop was asked for
            self._safely(self.give_back)
        if not self.followed:
            self._safely(lambda: WorkerProcess.objects.filter(id=self.owner).delete())
        connections.close_all()
        # A thread inside an engine's C code can't be stopped and must not be waited for.
        os._exit(0)
