"""Ask the source that is due next: test its connection, or take what it has.

Whatever is done is recorded at once, and may be done twice: a process that is killed leaves a
source with which another goes on when its lease has ended.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from documents.actions.source_run import Checked, SourceRun
from documents.actions.take_bucket_inbox import check_bucket_inbox, take_bucket_inbox
from documents.actions.take_mail import check_mailbox, take_mail
from documents.errors import ArchiveError, LeaseLost, SourceError
from documents.messages import Message
from documents.models import Source, SourceKind
from documents.models.lease import lock_first
from documents.models.stored_error import error_fields
from documents.text.timestamps import iso_time

#: Until a source is asked again that can't be used: one that may work soon by itself, and one that
#: somebody has to mend (a log-in that is refused too often is locked).
_RETRY_SOON = datetime.timedelta(minutes=2)
_RETRY_LATER = datetime.timedelta(hours=1)

_TAKE: dict[str, Callable[[SourceRun], None]] = {
    SourceKind.MAILBOX: take_mail,
    SourceKind.BUCKET: take_bucket_inbox,
}
_CHECK: dict[str, Callable[[Source], Checked]] = {
    SourceKind.MAILBOX: check_mailbox,
    SourceKind.BUCKET: check_bucket_inbox,
}

log = structlog.get_logger(__name__)


def run_next_source(is_stopping: Callable[[], bool]) -> bool:
    """Ask the source that has waited longest; whether one was due. Waits for the network."""
    source = _claim()
    if source is None:
        return False
    if source.check_wanted:
        _check(source)
        return True
    _run(SourceRun(source, is_stopping))
    return True


def is_source_due() -> bool:
    return Source.objects.to_run().exists()


def end_source_leases() -> None:
    """At the start of the only site there can be: whoever held them is gone."""
    Source.lease.end_all(Source.objects.all())


def _claim() -> Source | None:
    with transaction.atomic():
        source = lock_first(
            Source.objects.to_run().order_by(F("check_wanted").desc(), "next_run_at")
        )
        if source is None:
            return None
        source.lease.grant(source)
        source.save(update_fields=["lease_token", "lease_expires_at"])
    return source


def _check(source: Source) -> None:
    found: Checked = {"at": iso_time(timezone.now())}
    try:
        found |= _CHECK[source.kind](source)
    except ArchiveError as error:
        found |= error_fields(error)
    except Exception:
        log.exception("source_not_checked", source=str(source.pk))
        found |= error_fields(_unknown())
    rows = Source.objects.filter(pk=source.pk)
    Source.lease.release(rows, source.lease_token, check_wanted=False, checked=found)


def _run(run: SourceRun) -> None:
    source = run.source
    error: ArchiveError | None = None
    try:
        _TAKE[source.kind](run)
    except LeaseLost:
        log.info("source_lease_lost", source=str(source.pk))
        return
    except ArchiveError as problem:
        error = problem
        log.warning(
            "source_failed",
            source=str(source.pk),
            code=error.code,
            reason=error.detail,
            cause=repr(error.__cause__)[:300] if error.__cause__ else "",
        )
    except Exception:
        log.exception("source_failed", source=str(source.pk))
        error = _unknown()
    rows, now = Source.objects.filter(pk=source.pk), timezone.now()
    changes = {"last_run_at": now}
    if rows.filter(next_run_at=source.next_run_at).exists():
        # Else somebody has asked for another run meanwhile.
        changes["next_run_at"] = now + _pause_after(run, error)
    if error is None:
        changes["last_success_at"] = now
    fields = error_fields(error or run.complaint)
    Source.lease.release(rows, source.lease_token, **changes, **fields)


def _pause_after(run: SourceRun, error: ArchiveError | None) -> datetime.timedelta:
    every = datetime.timedelta(seconds=run.source.every_seconds)
    if error is None:
        return every if run.is_through else datetime.timedelta(0)
    return max(every, _RETRY_LATER) if error.permanent else min(every, _RETRY_SOON)


def _unknown() -> SourceError:
    return SourceError(
        Message("Something went wrong that nobody expected. The server’s log says more.")
    )
