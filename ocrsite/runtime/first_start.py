"""A start with an empty data directory: what the bucket has comes first.

The database is restored, the tables are made, and every document that the bucket knows better is
taken in. A start that is broken off in between is taken up where it was; until the bucket has
answered, nothing is begun: an empty archive must never stand beside a full one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import structlog

from documents.bucket.access_check import check
from documents.bucket.store import Bucket
from documents.errors import BucketError, BucketForbidden
from documents.notices import Notice, gettext_noop
from documents.replication.restore_all import Rebuilt, rebuild
from documents.replication.restore_document import Outcome
from documents.replication.sources import BucketSource
from documents.replication.sync import forget_copies_here
from ocrsite.runtime.restore_database import NotNow, restore_newest

log = structlog.get_logger("ocrsite.takeover")

#: Seconds between two tries: the first pause, doubled up to the longest.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0

#: Is in the data directory from the first look into the bucket until the last document of it is
#: taken in.
_UNFINISHED = "takeover-unfinished"

Found = TypeVar("Found")
#: What /health says: why the start waits (None: it goes on), and what stays to be known.
Say = Callable[[str | None], None]
Warn = Callable[[Notice], None]


class Takeover:
    """`say` is told why the start waits, or None when it goes on; `warn`, for good, what an
    administrator should know."""

    def __init__(self, bucket: Bucket, database: Path, *, say: Say, warn: Warn):
        self._bucket = bucket
        self._database = database
        self._say, self._warn = say, warn
        self._unfinished = database.parent / _UNFINISHED

    def restore_database(self) -> None:
        """Where there is no database: the newest one of the bucket, if it has any.

        Returns when the bucket has answered. Raises OSError (of this machine's disk).
        """
        if self._database.exists() and self._database.stat().st_size:
            return
        self._unfinished.touch()
        result = self._patiently(lambda: restore_newest(self._bucket, self._database))
        if result is None:  # what is there can't be known
            self._unfinished.unlink()
            return
        if result.broken and result.replica is None:
            text = gettext_noop(
                "No copy of the database in the bucket could be restored: people, passwords and "
                "settings are begun anew; the documents are taken in from their manifests."
            )
            self._warn(Notice(text))
        elif result.replica is not None and result.broken:
            text = gettext_noop(
                "The newest copy of the database in the bucket ({replica}) is broken; one as of "
                "{time} UTC was restored. Documents are up to date; people, passwords and settings "
                "are as they were then."
            )
            when = f"{result.replica.newest:%Y-%m-%d %H:%M}"
            self._warn(Notice(text, {"replica": str(result.broken[0].id), "time": when}))
        elif result.replica is None:
            log.info("the bucket has no copy of a database; a new archive is begun")

    def adopt_documents(self) -> None:
        """Once the tables are there: every document of which the bucket has more. Raises OSError,
        StorageFull, django.db.Error."""
        if not self._unfinished.exists():
            return
        forget_copies_here()
        begun = time.monotonic()
        report = self._patiently(lambda: rebuild(BucketSource(self._bucket), with_files=False))
        if report is not None:
            self._tell(report, time.monotonic() - begun)
        self._unfinished.unlink()

    def _tell(self, report: Rebuilt, seconds: float) -> None:
        log.info(
            "documents taken in from the bucket",
            **{outcome.name.lower(): report.outcomes[outcome] for outcome in Outcome},
            problems=len(report.problems),
            seconds=round(seconds, 1),
        )
        for problem in report.problems:
            log.warning("document not taken in", reason=problem)
        if report.problems:
            text = gettext_noop(
                "Not everything in the bucket could be taken in (documents left out: {count}); the "
                "log names them, and `manage.py archive restore` tries again."
            )
            self._warn(Notice(text, {"count": len(report.problems)}))

    def _patiently(self, step: Callable[[], Found]) -> Found | None:
        """What `step` returns, as soon as the bucket lets it; None where the key may do everything
        but list, so that nothing can be found."""
        pause, last = FIRST_PAUSE, None
        while True:
            try:
                found = step()
            except BucketForbidden as error:
                report = check(self._bucket)
                if report.ok and not report.can_list:
                    reason = " ".join(report.problems)
                    log.error("nothing can be restored", reason=reason)
                    text = gettext_noop(
                        "This access key may not list the bucket {name}, so this key cannot "
                        "restore an archive from it. A new archive was begun."
                    )
                    self._warn(Notice(text, {"name": self._bucket.address.name}))
                    self._say(None)
                    return None
                reason = error.detail
            except NotNow as error:
                reason = str(error)
            except BucketError as error:
                reason = error.detail
            else:
                self._say(None)
                return found
            if reason != last:
                log.warning("the start waits for the bucket", reason=reason)
                self._say(f"The start waits for the bucket, which may hold this archive: {reason}")
                last = reason
            time.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)
