"""Make the change of a job, a slice of its documents at a time.

Documents are changed in the transaction that records what came of them: so each has exactly one
outcome, wherever the process ends. On SQLite some share a transaction, each with a savepoint of its
own: a commit waits for the disk. On PostgreSQL none do: who holds two documents may wait for who
wants them in another order. The database is written by others in between.
"""

from __future__ import annotations

import datetime
import time
import uuid
from dataclasses import dataclass
from functools import partial

import structlog
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from documents.actions.change_many import Outcome, change_one
from documents.actions.parse_change import Change, parse_change
from documents.errors import ArchiveError, ChangeFailed, LeaseLost
from documents.messages import Message
from documents.models import ChangeJob, ChangeOutcome, ChangeResult, ChangeStatus, User
from documents.models.change_job import limits_from_json, outcome_error_fields
from documents.models.lease import lock_first
from documents.signals import announce, tasks_waiting

#: Seconds and documents of one slice; then another job may have its turn.
SLICE_SECONDS, MOST_IN_SLICE = 0.5, 200
#: On SQLite, documents and seconds of one transaction.
MOST_TOGETHER, TOGETHER_SECONDS = 50, 0.05
#: On SQLite, where one writes at a time and others only look now and then whether they may: after a
#: transaction they may for half as long as it took, but no longer (seconds).
LONGEST_PAUSE = 0.05
#: On SQLite, after a slice: longer than anybody who waits sleeps between two looks (0.1 s).
SLICE_PAUSE = 0.12
#: How long what came of a job can be asked for.
KEEP_CHANGES = datetime.timedelta(days=7)
#: Until a database that did not answer is asked again.
_RETRY_AFTER = datetime.timedelta(seconds=5)
#: Old jobs that are deleted at once: each has up to 10,000 rows.
_FORGOTTEN_AT_ONCE = 5

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ChangeClaim:
    """The right to go on with one job. `ids`: whose turn it is next. `actor`: as far as their token
    allowed when they asked."""

    job_id: uuid.UUID
    token: int
    done: int
    ids: list[uuid.UUID]
    change: Change
    actor: User
    time_zone: str


def run_change_slice() -> bool:
    """Go on with the job that has waited longest, for SLICE_SECONDS. Returns whether there was one.
    A database that does not answer leaves the job for later."""
    claim = _claim()
    if claim is None:
        return False
    row = ChangeJob.objects.filter(pk=claim.job_id)
    free_at = None
    try:
        _run(claim)
    except LeaseLost:
        return True
    except OperationalError as error:
        log.warning("change_postponed", job=str(claim.job_id), reason=str(error))
        free_at = timezone.now() + _RETRY_AFTER
    ChangeJob.lease.release(row, claim.token, free_at=free_at)
    if connection.vendor == "sqlite":
        time.sleep(SLICE_PAUSE)
    announce(tasks_waiting)  # what has changed is to be copied
    return True


def end_change_leases() -> None:
    """At the start of the only site there can be: whoever held them is gone."""
    ChangeJob.lease.end_all(ChangeJob.objects.unfinished())


def forget_old_changes() -> int:
    """Delete what ended long ago. Returns the number of jobs."""
    old = ChangeJob.objects.filter(finished_at__lt=timezone.now() - KEEP_CHANGES)
    ids = list(old.values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE])
    if ids:
        ChangeJob.objects.filter(pk__in=ids).delete()
    return len(ids)


def _claim() -> ChangeClaim | None:
    with transaction.atomic():
        job = lock_first(ChangeJob.objects.to_run().order_by("served_at"))
        if job is None:
            return None
        change = _parse(job)
        if change is None:
            return None
        job.lease.grant(job)
        job.status, job.served_at = ChangeStatus.RUNNING, timezone.now()
        job.save(update_fields=["lease_token", "lease_expires_at", "status", "served_at"])
    actor = User.objects.get(pk=job.user_id)
    actor.limits = limits_from_json(job.limits)
    return ChangeClaim(
        job_id=job.pk,
        token=job.lease_token,
        done=job.done,
        ids=job.selection.ids_from(job.done, MOST_IN_SLICE),
        change=change,
        actor=actor,
        time_zone=job.time_zone,
    )


def _parse(job: ChangeJob) -> Change | None:
    """None, and the job ends, where a version before this one took what is no change now."""
    try:
        return parse_change(job.change)
    except ArchiveError as error:
        log.error("change_not_known", job=str(job.pk), reason=error.detail)
        job.status, job.finished_at = ChangeStatus.CANCELLED, timezone.now()
        job.save(update_fields=["status", "finished_at"])
        return None


def _run(claim: ChangeClaim) -> None:
    ends_at = time.monotonic() + SLICE_SECONDS
    with timezone.override(claim.time_zone or None):
        together = MOST_TOGETHER if connection.vendor == "sqlite" else 1
        place = 0
        while place < len(claim.ids) and (began_at := time.monotonic()) <= ends_at:
            place += _change(claim, place, together)
            if connection.vendor == "sqlite":
                time.sleep(min((time.monotonic() - began_at) / 2, LONGEST_PAUSE))


def _change(claim: ChangeClaim, place: int, most: int) -> int:
    """Change the next documents of the claim, from a place on, and record their outcomes, together.
    Returns how many: `most`, or as many as TOGETHER_SECONDS are enough for. Raises LeaseLost."""
    ends_at = time.monotonic() + TOGETHER_SECONDS
    with transaction.atomic():
        held = ChangeJob.lease.is_held(claim.token)
        jobs = ChangeJob.objects.unfinished().select_for_update(of=("self",))
        job = jobs.filter(held, pk=claim.job_id).first()
        if job is None:
            raise LeaseLost(Message("Another process makes this change, or it was cancelled."))
        rows: list[ChangeOutcome] = []
        for document_id in claim.ids[place : place + most]:
            rows.append(_change_one(claim, job, document_id, claim.done + place + len(rows) + 1))
            if time.monotonic() > ends_at:
                break
        ChangeOutcome.objects.bulk_create(rows)
        job.done = claim.done + place + len(rows)
        job.changed += sum(row.result == ChangeResult.CHANGED for row in rows)
        job.refused += sum(row.result == ChangeResult.REFUSED for row in rows)
        if job.done == job.total:
            job.status, job.finished_at = ChangeStatus.DONE, timezone.now()
            job.lease.end(job)
        job.save(
            update_fields=["done", "changed", "refused", "status", "finished_at",
                           "lease_expires_at"]
        )  # fmt: skip
    return len(rows)


def _change_one(
    claim: ChangeClaim, job: ChangeJob, document_id: uuid.UUID, number: int
) -> ChangeOutcome:
    """Change one document; what came of it, unsaved. What no action raises is an outcome, too: a
    job always comes to its end."""
    apply = partial(claim.change.apply, number=number, actor=claim.actor)
    try:
        with transaction.atomic():
            outcome = change_one(document_id, apply)
    except OperationalError:
        raise
    except Exception:
        log.exception("change_raised_unexpected_error", document=str(document_id))
        outcome = Outcome(document_id, None, False, ChangeFailed())
    return ChangeOutcome(
        job=job,
        number=number,
        document_id=document_id,
        result=_result_of(outcome),
        **outcome_error_fields(outcome.error),
    )


def _result_of(outcome: Outcome) -> ChangeResult:
    if outcome.error is not None:
        return ChangeResult.REFUSED
    return ChangeResult.CHANGED if outcome.changed else ChangeResult.UNCHANGED
