"""A start with an empty data directory: it restores what the bucket has.

The database is restored, its tables are migrated, and every document whose manifest is newer or
unknown is restored. A start that was interrupted in between is completed by the next one. Until the
bucket has answered, no archive is created: an empty one must never exist beside a full one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import structlog

from documents.bucket.access_check import check_access
from documents.bucket.errors import BucketError, BucketForbidden
from documents.bucket.store import Bucket
from documents.messages import Message
from documents.replication.restore_all import RestoreReport, restore_all
from documents.replication.restore_document import Outcome
from documents.replication.sources import BucketSource
from documents.replication.sync import forget_local_copies
from ocrsite.runtime.restore_database import RestoreInterrupted, restore_newest_replica

log = structlog.get_logger("ocrsite.first_start")

#: Seconds between two attempts: the first pause, doubled up to the longest.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0

#: A file in the data directory from the first request to the bucket until the last document of the
#: bucket is restored.
UNFINISHED_MARK = "first-start-unfinished"

Result = TypeVar("Result")


class FirstStart:
    """`report_waiting` is called with one sentence that says why the start waits, and with None
    when it continues; `add_warning` with what an administrator should know from then on."""

    def __init__(
        self,
        bucket: Bucket,
        database: Path,
        *,
        report_waiting: Callable[[str | None], None],
        add_warning: Callable[[Message], None],
    ) -> None:
        self._bucket = bucket
        self._database = database
        self._report_waiting, self._add_warning = report_waiting, add_warning
        self._unfinished = database.parent / UNFINISHED_MARK

    def restore_database(self) -> None:
        """If there is no database file, restore the newest one of the bucket, if it has any.

        Returns once the bucket has answered. Raises OSError (of this machine's disk).
        """
        if self._database.exists() and self._database.stat().st_size:
            return
        self._unfinished.touch()
        result = self._retry_until_answered(
            lambda: restore_newest_replica(self._bucket, self._database)
        )
        if result is None:  # the key may not list the bucket
            self._unfinished.unlink()
            return
        if result.broken and result.replica is None:
            self._add_warning(
                Message(
                    "No copy of the database in the bucket could be restored: users, passwords "
                    "and settings are lost; the documents are restored from their manifests."
                )
            )
        elif result.replica is not None and result.broken:
            self._add_warning(
                Message(
                    "The newest copy of the database in the bucket ({replica}) is damaged; the "
                    "copy of {time} UTC was restored. Documents are up to date; users, passwords "
                    "and settings are as they were then.",
                    replica=result.broken[0].id,
                    time=f"{result.replica.newest:%Y-%m-%d %H:%M}",
                )
            )
        elif result.replica is None:
            log.info("no_database_replica_found")

    def restore_documents(self) -> None:
        """Restore every document whose manifest in the bucket is newer or unknown; call it once the
        tables exist. Raises OSError, StorageFull, django.db.Error."""
        if not self._unfinished.exists():
            return
        forget_local_copies()
        started_at = time.monotonic()
        report = self._retry_until_answered(
            lambda: restore_all(BucketSource(self._bucket), with_files=False)
        )
        if report is not None:
            self._log_report(report, time.monotonic() - started_at)
        self._unfinished.unlink()

    def _log_report(self, report: RestoreReport, seconds: float) -> None:
        log.info(
            "documents_restored",
            **{outcome.name.lower(): report.outcomes[outcome] for outcome in Outcome},
            problems=len(report.problems),
            seconds=round(seconds, 1),
        )
        for problem in report.problems:
            log.warning("document_not_restored", reason=problem)
        if report.problems:
            self._add_warning(
                Message(
                    "Not everything in the bucket could be restored (documents left out: {count}); "
                    "the log names them, and `manage.py archive restore` tries again.",
                    count=len(report.problems),
                )
            )

    def _retry_until_answered(self, step: Callable[[], Result]) -> Result | None:
        """What `step` returns, once the bucket allows it; None where the key may do everything but
        list, so that nothing can be found."""
        pause, last_reason = FIRST_PAUSE, None
        while True:
            try:
                result = step()
            except BucketForbidden as error:
                report = check_access(self._bucket)
                if report.ok and not report.can_list:
                    reason = " ".join(report.problems)
                    log.error("restore_not_permitted", reason=reason)
                    self._add_warning(
                        Message(
                            "This access key may not list the bucket {name}, so this key cannot "
                            "restore an archive from it. A new archive was created.",
                            name=self._bucket.address.name,
                        )
                    )
                    self._report_waiting(None)
                    return None
                reason = error.detail
            except RestoreInterrupted as error:
                reason = str(error)
            except BucketError as error:
                reason = error.detail
            else:
                self._report_waiting(None)
                return result
            if reason != last_reason:
                log.warning("start_waits_for_bucket", reason=reason)
                self._report_waiting(
                    f"The start waits for the bucket, which may hold this archive: {reason}"
                )
                last_reason = reason
            time.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)
