"""Pages that wait for an engine nobody has: they fail with the reason instead of waiting on."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone

from documents.actions.locking import locked
from documents.actions.record import fail_unread
from documents.errors import EngineUnavailable
from documents.models import Document, PageStatus, Status, WorkerProcess
from documents.models.worker import EngineState

#: A reader may be starting, loading its models, or moving to another machine.
PATIENCE = datetime.timedelta(minutes=10)


def fail_pages_without_engine() -> int:
    """Fail the waiting pages of documents whose wanted engine no living reader has had for long.

    While any reader still loads its engine nothing is decided. Returns the number of pages.
    """
    readers = WorkerProcess.alive().filter(kind="reader")
    if readers.filter(engine_state=EngineState.LOADING).exists():
        return 0
    waiting = (
        Document.objects.filter(
            status=Status.PROCESSING,
            trashed_at=None,
            last_served_at__lt=timezone.now() - PATIENCE,
        )
        .exclude(wanted_engine="")
        .exclude(wanted_engine__in=readers.values("engine"))
    )
    return sum(_fail(document) for document in waiting)


def _fail(document: Document) -> int:
    with transaction.atomic():
        document = locked(document.id)
        pages = document.pages.filter(status=PageStatus.PENDING)
        for page in (waiting := list(pages)):
            fail_unread(
                document,
                page,
                EngineUnavailable(
                    f"No reader has the engine {document.wanted_engine} any more. Read the failed "
                    "pages again without naming one, or start a reader that has it.",
                    document=document.id,
                    page=page.number,
                ),
            )
    return len(waiting)
