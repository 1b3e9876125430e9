"""Pages that wait for an engine nobody has: they fail with the reason instead of waiting on."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.utils import timezone

from documents.actions.locking import locked
from documents.actions.record import fail_waiting
from documents.errors import EngineUnavailable, NotFound
from documents.models import Document, Status, WorkerKind, WorkerProcess
from documents.models.worker import EngineState

#: A reader may be starting, loading its models, or moving to another machine.
PATIENCE = datetime.timedelta(minutes=10)


def fail_pages_without_engine(*, watched_for: datetime.timedelta) -> int:
    """Fail the waiting pages of documents whose wanted engine no reader has had for long.

    `watched_for`: how long the caller has been up without a break. Right after a start, or when
    the machine has slept, readers still come up: nothing is decided before PATIENCE has passed,
    nor while no reader lives or any still loads its engine. Returns the number of pages.
    """
    alive = WorkerProcess.alive().filter(kind=WorkerKind.OCR)
    if (
        watched_for < PATIENCE
        or not alive.exists()
        or alive.filter(engine_state=EngineState.LOADING).exists()
    ):
        return 0
    long_ago = timezone.now() - PATIENCE
    seen = WorkerProcess.objects.filter(kind=WorkerKind.OCR, heartbeat_at__gte=long_ago)
    waiting = (
        Document.objects.filter(
            status=Status.PROCESSING, trashed_at=None, last_served_at__lt=long_ago
        )
        .exclude(requested_engine="")
        .exclude(requested_engine__in=seen.values("engine"))
        .values_list("id", "requested_engine")
    )
    return sum(_fail(document_id, engine, long_ago) for document_id, engine in list(waiting))


def _fail(document_id: uuid.UUID, engine: str, long_ago: datetime.datetime) -> int:
    with transaction.atomic():
        try:
            document = locked(document_id)
        except NotFound:
            return 0
        # Somebody may have had it read again, or put it into the trash, a moment ago.
        if (
            document.status != Status.PROCESSING
            or document.is_trashed
            or document.requested_engine != engine
            or document.last_served_at >= long_ago
        ):
            return 0
        return fail_waiting(
            document,
            EngineUnavailable(
                f"No reader has the engine {engine} any more. Read the failed pages again without "
                "naming one, or start a reader that has it.",
                document=document.id,
            ),
        )
