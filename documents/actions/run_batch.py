"""Go on with a batch, a slice at a time: list its objects, take them in, write results, report.

Whatever is done is recorded at once, and may be done twice: a process that is killed leaves a batch
with which another goes on. An object is taken in by its content, so it never makes two documents.
"""

from __future__ import annotations

import datetime
import time
from dataclasses import dataclass

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from documents import access
from documents.access import Ability
from documents.actions.upload import upload
from documents.actions.write_batch_results import write_report, write_results_of
from documents.bucket.configured import configured_bucket
from documents.bucket.errors import BucketError
from documents.bucket.store import Bucket
from documents.errors import (
    ArchiveError,
    InvalidRequest,
    LeaseLost,
    NoBucket,
    StorageFull,
    TooManyUrgent,
)
from documents.files.bucket_objects import list_files, stage_object
from documents.messages import Message
from documents.models import Batch, BatchObject, BatchStatus, ObjectStatus, Origin, OriginKind, User
from documents.models.change_job import limits_from_json
from documents.models.lease import lock_first
from documents.models.recognition import UNFINISHED
from documents.models.stored_error import error_fields

#: Objects of one batch, and documents of it that are read at a time: others have their turn.
MOST_OBJECTS, MOST_IN_FLIGHT = 100_000, 40
#: Seconds of one slice.
SLICE_SECONDS = 5.0
#: Until a bucket that did not answer, or a full disk, is tried again.
_RETRY_AFTER = datetime.timedelta(seconds=20)
#: How long a batch can be asked for, and its objects count as known.
KEEP_BATCHES = datetime.timedelta(days=90)
_ROWS_AT_ONCE = 1000
_PASSING = (BucketError, StorageFull, TooManyUrgent)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Run:
    batch: Batch
    token: int
    bucket: Bucket
    actor: User
    ends_at: float

    @property
    def time_is_up(self) -> bool:
        return time.monotonic() > self.ends_at

    def renew(self) -> None:
        """Raises LeaseLost."""
        if not Batch.lease.renew(Batch.objects.filter(pk=self.batch.pk), self.token):
            raise LeaseLost(Message("Another process has this batch, or it was cancelled."))


def run_batch_slice() -> bool | None:
    """Go on with the batch that has waited longest. Whether anything was done; None where no batch
    is under way."""
    batch = _claim()
    if batch is None:
        return None
    rows = Batch.objects.filter(pk=batch.pk)
    free_at: datetime.datetime | None = None
    error: ArchiveError | None = None
    try:
        done = _go_on(_prepare(batch))
    except LeaseLost:
        return True
    except _PASSING as problem:
        log.warning("batch_postponed", batch=str(batch.pk), reason=problem.detail)
        free_at, error, done = timezone.now() + _RETRY_AFTER, problem, False
    except ArchiveError as problem:
        log.error("batch_failed", batch=str(batch.pk), code=problem.code, reason=problem.detail)
        rows.unfinished().update(status=BatchStatus.FAILED, finished_at=timezone.now())
        rows.update(reported=True)
        error, done = problem, True
    Batch.lease.release(rows, batch.lease_token, free_at=free_at, **error_fields(error))
    return done


def end_batch_leases() -> None:
    """At the start of the only site there can be: whoever held them is gone."""
    Batch.lease.end_all(Batch.objects.filter(reported=False))


def forget_old_batches() -> int:
    """Delete what ended long ago. Returns the number of rows."""
    old = Batch.objects.filter(finished_at__lt=timezone.now() - KEEP_BATCHES)[:1]
    return Batch.objects.filter(pk__in=[batch.pk for batch in old]).delete()[0]


def _claim() -> Batch | None:
    with transaction.atomic():
        batch = lock_first(Batch.objects.to_run().order_by("served_at"))
        if batch is None:
            return None
        batch.lease.grant(batch)
        batch.served_at = timezone.now()
        batch.save(update_fields=["lease_token", "lease_expires_at", "served_at"])
    return batch


def _prepare(batch: Batch) -> _Run:
    """Raises NoBucket, NotAllowed: whoever asked may have lost their role since."""
    bucket = configured_bucket()
    if bucket is None:
        raise NoBucket(Message("The bucket that this batch was for is not configured any more."))
    actor = User.objects.get(pk=batch.user_id)
    actor.limits = limits_from_json(batch.limits)
    access.require_team(actor, Ability.MANAGE, batch.team_id)
    return _Run(batch, batch.lease_token, bucket, actor, time.monotonic() + SLICE_SECONDS)


def _go_on(run: _Run) -> bool:
    if run.batch.status == BatchStatus.LISTING:
        _list(run)
        return True
    if run.batch.status == BatchStatus.CANCELLED:
        _end(run)
        return True
    written = _write_finished(run)
    taken = _take(run)
    objects = run.batch.objects_taken
    if not objects.filter(status__in=(ObjectStatus.WAITING, ObjectStatus.READING)).exists():
        _end(run)
        return True
    return written or taken


def _list(run: _Run) -> None:
    """Raises InvalidRequest where there are too many objects."""
    rows: list[BatchObject] = []
    for number, found in enumerate(list_files(run.bucket, run.batch.source), start=1):
        if number > MOST_OBJECTS:
            message = Message("A batch has at most {most} objects.", most=MOST_OBJECTS)
            raise InvalidRequest.for_field("from", message)
        etag = found.etag.strip('"')[:100]
        rows.append(BatchObject(batch=run.batch, key=found.key, etag=etag, size=found.size))
        if len(rows) == _ROWS_AT_ONCE:
            _add(run, rows)
            rows = []
    _add(run, rows)
    run.renew()
    Batch.objects.unfinished().filter(pk=run.batch.pk).update(status=BatchStatus.RUNNING)


def _add(run: _Run, rows: list[BatchObject]) -> None:
    """Objects that stand there already stay: the list may be made twice."""
    run.renew()
    known = {
        (row.key, row.etag): row
        for row in BatchObject.objects.filter(
            Q(status__in=(ObjectStatus.DONE, ObjectStatus.PARTIAL, ObjectStatus.UNCHANGED)),
            batch__team=run.batch.team_id,
            batch__target=run.batch.target,
            document__trashed_at=None,
            document__isnull=False,
            key__in=[row.key for row in rows],
        ).select_related("batch")
        if row.etag and set(run.batch.formats) <= set(row.batch.formats)
    }
    for row in rows:
        before = known.get((row.key, row.etag))
        if before is not None:
            row.status, row.document_id = ObjectStatus.UNCHANGED, before.document_id
            row.pages, row.confidence = before.pages, before.confidence
            row.results = before.results
    BatchObject.objects.bulk_create(rows, ignore_conflicts=True)


def _take(run: _Run) -> bool:
    objects = run.batch.objects_taken
    free = MOST_IN_FLIGHT - objects.filter(status=ObjectStatus.READING).count()
    taken = False
    for each in objects.filter(status=ObjectStatus.WAITING).order_by("id")[: max(free, 0)]:
        if run.time_is_up:
            return True
        run.renew()
        _take_one(run, each)
        taken = True
    return taken


def _take_one(run: _Run, each: BatchObject) -> None:
    origin = Origin(OriginKind.BUCKET, run.bucket.address.name, each.key)
    try:
        staged = stage_object(run.bucket, each.key, each.size)
        name = each.key.rpartition("/")[2]
        done = upload(
            run.actor, staged, name, team_id=run.batch.team_id, origin=origin, **run.batch.fields
        )
    except ArchiveError as error:
        if isinstance(error, _PASSING) and not error.permanent:
            raise
        _fail(each, error)
        return
    document = done.document
    came_from_here = (document.origin_kind, document.origin_detail) == (origin.kind, origin.detail)
    each.document, each.status = document, ObjectStatus.READING
    each.duplicate = not done.created and not came_from_here
    each.save(update_fields=["document", "status", "duplicate"])


def _write_finished(run: _Run) -> bool:
    reading = run.batch.objects_taken.filter(status=ObjectStatus.READING)
    finished = reading.exclude(document__status__in=UNFINISHED, document__trashed_at=None)
    worked = False
    for each in finished.select_related("document").order_by("id")[:MOST_IN_FLIGHT]:
        if run.time_is_up:
            return True
        run.renew()
        try:
            worked |= write_results_of(each, run.batch, run.bucket, actor=run.actor)
        except ArchiveError as error:
            if isinstance(error, _PASSING) and not error.permanent:
                raise
            _fail(each, error)
            worked = True
    return worked


def _fail(each: BatchObject, error: ArchiveError) -> None:
    each.status = ObjectStatus.FAILED
    each.set_error(error)
    each.save()


def _end(run: _Run) -> None:
    """The report is written before the batch ends: whoever sees the end finds it."""
    run.renew()
    ended_at = run.batch.finished_at or timezone.now()
    write_report(run.batch, run.bucket, ended_at)
    rows = Batch.objects.filter(pk=run.batch.pk)
    rows.unfinished().update(status=BatchStatus.DONE, finished_at=ended_at)
    rows.exclude(status__in=(BatchStatus.LISTING, BatchStatus.RUNNING)).update(reported=True)
