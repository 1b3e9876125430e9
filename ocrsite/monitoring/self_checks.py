"""What the site finds when it looks at itself, never longer than it may take.

A look asks the database, the storage and the queue. Any of them may hang, so it happens in a
thread of its own, one at a time; who asks gets the newest finished look and how old it is.
"""

from __future__ import annotations

import shutil
import threading
import time
import uuid
from dataclasses import dataclass, field

import redis
from django.conf import settings
from django.db import DatabaseError, connections
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from documents.files.storage import archive
from documents.models import Document, Status, WorkerKind, WorkerProcess

#: Seconds that the queue may take to answer.
_QUEUE_TIMEOUT = 1.0
#: Looks younger than this (seconds) are not repeated.
_FRESH = 1.0


@dataclass(frozen=True)
class WorkerHealth:
    engine: str
    state: str
    detail: str


@dataclass(frozen=True)
class Findings:
    """`problems`: one sentence each, for an administrator; nothing secret."""

    database: bool = False
    storage: bool = False
    queue: bool = False
    pending_pages: int = 0
    readers: tuple[WorkerHealth, ...] = ()
    problems: tuple[str, ...] = ()


def look(start_id: uuid.UUID | None) -> Findings:
    """Look now. `start_id`: count only the OCR workers of this start of the site; None: all."""
    problems: list[str] = []
    database, pending, readers = _database(start_id, problems)
    return Findings(
        database=database,
        storage=_storage(problems),
        queue=_queue(problems),
        pending_pages=pending,
        readers=readers,
        problems=tuple(problems),
    )


def pending_pages() -> int:
    """Pages still to be read. A document whose pages are not counted yet counts as one."""
    waiting = Document.objects.filter(
        status__in=(Status.QUEUED, Status.PROCESSING), trashed_at__isnull=True
    )
    left = Coalesce(F("page_count"), 1) - F("pages_done") - F("pages_failed")
    return int(waiting.aggregate(left=Sum(left))["left"] or 0)


def readers_alive(start_id: uuid.UUID | None) -> QuerySet[WorkerProcess]:
    alive = WorkerProcess.alive().filter(kind=WorkerKind.OCR)
    return alive if start_id is None else alive.filter(start_id=start_id)


def _database(
    start_id: uuid.UUID | None, problems: list[str]
) -> tuple[bool, int, tuple[WorkerHealth, ...]]:
    try:
        readers = tuple(
            WorkerHealth(row.engine, row.engine_state, row.engine_detail)
            for row in readers_alive(start_id)
        )
        return True, pending_pages(), readers
    except DatabaseError:
        problems.append("The database does not answer.")
        return False, 0, ()


def _storage(problems: list[str]) -> bool:
    try:
        archive().check()
        free = shutil.disk_usage(archive().root).free
    except OSError as error:
        problems.append(f"The storage can't be written: {error.strerror or 'unknown reason'}.")
        return False
    if free < 2 * settings.OCRSITE_MAX_UPLOAD_BYTES:
        problems.append(f"The storage is nearly full: {free // 2**20} MB are left.")
    return True


def _queue(problems: list[str]) -> bool:
    if settings.REDIS_URL is None:
        problems.append("This process knows no queue.")
        return False
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=_QUEUE_TIMEOUT,
            socket_connect_timeout=_QUEUE_TIMEOUT,
        ) as client:
            client.ping()
    except redis.RedisError:
        problems.append("The queue does not answer; pages are read when it is back.")
        return False
    return True


@dataclass
class Lookout:
    """Looks when somebody asks, one look at a time, in the background."""

    _condition: threading.Condition = field(default_factory=threading.Condition)
    _newest: Findings | None = None
    _finished: float = float("-inf")
    _begun: float | None = None

    def newest(self, start_id: uuid.UUID | None, patience: float) -> tuple[Findings | None, float]:
        """The newest findings (None: there are none yet) and their age in seconds.

        Waits at most `patience` seconds for a look to finish.
        """
        with self._condition:
            now = time.monotonic()
            if now - self._finished > _FRESH:
                if self._begun is None:
                    self._begun = now
                    threading.Thread(target=self._look, args=(start_id,), daemon=True).start()
                self._condition.wait_for(lambda: self._finished >= now, timeout=patience)
            return self._newest, time.monotonic() - self._finished

    def _look(self, start_id: uuid.UUID | None) -> None:
        findings = None
        try:
            findings = look(start_id)
        finally:
            connections.close_all()
            with self._condition:
                self._begun = None
                if findings is not None:
                    self._newest, self._finished = findings, time.monotonic()
                self._condition.notify_all()
