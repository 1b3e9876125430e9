"""Fail pages that wait for an engine that no OCR worker has, instead of letting them wait on."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.utils import timezone

from documents.actions.request_results import request_first_results
from documents.errors import ArchiveError, EngineUnavailable, NotFound
from documents.events import commit_change
from documents.messages import Message
from documents.models import Document, PageStatus, Status, WorkerKind, WorkerProcess
from documents.models.engines_field import beginnings
from documents.models.stored_error import error_fields
from documents.models.worker import EngineState

#: An OCR worker may be starting, loading its models, or moving to another machine.
PATIENCE = datetime.timedelta(minutes=10)


def fail_pages_without_engine(*, watched_for: datetime.timedelta) -> int:
    """Fail the waiting pages of documents whose requested engine no worker has had for long.

    `watched_for`: how long the caller has been up without a break. Right after a start, or when
    the machine has slept, workers still come up: nothing is decided before PATIENCE has passed,
    nor while no OCR worker is alive or one still loads its engine. Returns the number of pages.
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
    served = {
        (engine, named)
        for engine, version in seen.values_list("engine", "engine_version")
        for named in ("", *beginnings(version))
    }
    waiting = (
        Document.objects.being_read()
        .filter(last_served_at__lt=long_ago)
        .exclude(requested_engine="")
        .values_list("id", "requested_engine", "requested_engine_version")
    )
    return sum(
        _fail(document_id, engine, version, long_ago)
        for document_id, engine, version in list(waiting)
        if (engine, version) not in served
    )


def _fail(document_id: uuid.UUID, engine: str, version: str, long_ago: datetime.datetime) -> int:
    with transaction.atomic():
        try:
            document = Document.objects.lock(document_id)
        except NotFound:
            return 0
        # It may have been reprocessed or trashed a moment ago.
        if (
            document.status != Status.PROCESSING
            or document.is_trashed
            or (document.requested_engine, document.requested_engine_version) != (engine, version)
            or document.last_served_at >= long_ago
        ):
            return 0
        return _fail_waiting_pages(
            document,
            EngineUnavailable(
                Message(
                    "No OCR worker has the engine {engine} any more. Have the failed pages read "
                    "again without naming an engine, or start a worker that has it.",
                    engine=f"{engine} {version}".strip(),
                ),
                document=document.id,
            ),
        )


def _fail_waiting_pages(document: Document, error: ArchiveError) -> int:
    """All in one statement, however many there are. Returns their number."""
    failed = document.pages.filter(status=PageStatus.PENDING).update(
        status=PageStatus.FAILED,
        lease_owner="",
        lease_expires_at=None,
        retry_at=None,
        **error_fields(error),
    )
    if failed:
        document.pages_failed += failed
        request_first_results(document)
        commit_change(document)
    return failed
