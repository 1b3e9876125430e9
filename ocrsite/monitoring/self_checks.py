"""The site's checks of itself: database, storage, queue, OCR workers.

Any of them may hang: `ocrsite.monitoring.health` runs the checks in a thread of their own.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import redis
from django.conf import settings
from django.db import DatabaseError, connections
from django.db.models import QuerySet

from documents.errors import ConverterMissing
from documents.files import disk_space
from documents.files.storage import archive
from documents.models import Document, WorkerKind, WorkerProcess

#: Seconds that the queue may take to respond.
_QUEUE_TIMEOUT = 1.0


@dataclass(frozen=True)
class WorkerHealth:
    engine: str
    state: str
    detail: str


@dataclass(frozen=True)
class Findings:
    """`problems`: one sentence each, for an administrator; nothing secret. `accepts_uploads`: there
    is room on the disk for them, beside the reserve."""

    database: bool = False
    storage: bool = False
    accepts_uploads: bool = True
    queue: bool = False
    pending_pages: int = 0
    ocr_workers: tuple[WorkerHealth, ...] = ()
    problems: tuple[str, ...] = ()


def run_checks(start_id: uuid.UUID | None) -> Findings:
    """Run all checks. `start_id`: only the OCR workers of this start of the site; None: all."""
    problems: list[str] = []
    database, pending, workers = _check_database(start_id, problems)
    storage, accepts_uploads = _check_storage(problems)
    return Findings(
        database=database,
        storage=storage,
        accepts_uploads=accepts_uploads,
        queue=_check_queue(problems),
        pending_pages=pending,
        ocr_workers=workers,
        problems=tuple(problems),
    )


def run_in_thread(start_id: uuid.UUID | None) -> Findings:
    """`run_checks` in a thread that ends afterwards: closes its database connections."""
    try:
        return run_checks(start_id)
    finally:
        connections.close_all()


def count_pending_pages() -> int:
    """Pages that are still to be read."""
    return Document.objects.unfinished().count_pages_left()


def find_live_ocr_workers(start_id: uuid.UUID | None) -> QuerySet[WorkerProcess]:
    """The OCR workers with a recent heartbeat, of the start `start_id`; None: of all starts."""
    alive = WorkerProcess.alive().filter(kind=WorkerKind.OCR)
    return alive if start_id is None else alive.filter(start_id=start_id)


def find_refused_jail_layers(start_id: uuid.UUID | None) -> dict[str, str]:
    """Layer -> reason, as the live workers of the start `start_id` found them; None: of all."""
    alive = WorkerProcess.alive().filter(jail_refused__isnull=False)
    if start_id is not None:
        alive = alive.filter(start_id=start_id)
    found: dict[str, str] = {}
    for refused in alive.values_list("jail_refused", flat=True):
        found.update(refused or {})
    return found


def find_folder_problems(start_id: uuid.UUID | None) -> list[str]:
    """Why live workers of the start `start_id` can't watch the watched folder; None: of all."""
    alive = WorkerProcess.alive().exclude(folder_problem="")
    if start_id is not None:
        alive = alive.filter(start_id=start_id)
    return sorted(set(alive.values_list("folder_problem", flat=True)))


def _check_database(
    start_id: uuid.UUID | None, problems: list[str]
) -> tuple[bool, int, tuple[WorkerHealth, ...]]:
    try:
        workers = tuple(
            WorkerHealth(row.engine, row.engine_state, row.engine_detail)
            for row in find_live_ocr_workers(start_id)
        )
        waiting = Document.objects.not_trashed().filter(error_code=ConverterMissing.code).count()
        if waiting:
            problems.append(
                f"LibreOffice is not installed: office files wait for it ({waiting}). "
                "docs/operations.md names the packages."
            )
        refused = find_refused_jail_layers(start_id)
        if refused:
            layers = ", ".join(f"{layer} ({reason})" for layer, reason in sorted(refused.items()))
            problems.append(
                f"The jail in which uploaded files are opened lacks layers on this machine: "
                f"{layers}. The other layers hold; docs/operations.md says what to do."
            )
        for problem in find_folder_problems(start_id):
            problems.append(
                f"The watched folder is not watched: {problem}. Make it readable and writable for "
                "the site's user, or set OCRSITE_INBOX."
            )
        return True, count_pending_pages(), workers
    except DatabaseError:
        problems.append("The database does not answer.")
        return False, 0, ()


def _check_storage(problems: list[str]) -> tuple[bool, bool]:
    """Whether files can be written, and whether new documents may be."""
    try:
        archive().check()
        space = disk_space.measure(archive().root)
    except OSError as error:
        problems.append(f"The storage can't be written: {error.strerror or 'unknown reason'}.")
        return False, False
    warning = disk_space.describe_shortage(space)
    if warning is not None:
        problems.append(warning)
    return True, space.is_unknown or space.for_uploads > 0


def _check_queue(problems: list[str]) -> bool:
    if settings.REDIS_URL is None:
        problems.append("No queue is configured for this process.")
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
