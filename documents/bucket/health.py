"""The bucket's state, for `/health` and the admin's first page: checked in the background."""

from __future__ import annotations

import time
from dataclasses import dataclass

import structlog
from django.conf import settings

from documents.background_check import BackgroundCheck
from documents.bucket import circuit_breaker
from documents.bucket.access_check import check_access
from documents.bucket.configured import PROBE, configured_bucket
from documents.bucket.errors import BucketError
from documents.bucket.settings import BucketSettings
from documents.bucket.store import Bucket
from documents.messages import Message

log = structlog.get_logger(__name__)

#: Seconds between two checks, and between two that check all access.
_EVERY, _ACCESS_CHECK_EVERY = 20.0, 3600.0
#: The key that a check writes; every process overwrites it.
_PROBE = "probe/health"


@dataclass(frozen=True)
class BucketState:
    """`word`: as the HTTP contract has it. `problems`: a Message each; nothing secret."""

    word: str
    problems: tuple[str, ...] = ()


class BucketWatch:
    """Checks the bucket in the background while something asks for its state."""

    def __init__(self) -> None:
        self._check: BackgroundCheck[BucketState] = BackgroundCheck("bucket-check", every=_EVERY)
        self._state: BucketState | None = None
        self._access_problems: tuple[str, ...] = ()
        self._access_check_due = float("-inf")

    @property
    def has_checked(self) -> bool:
        """Whether a check has finished in this process."""
        return self._state is not None

    def state(self) -> BucketState:
        """The newest state, without waiting. Before the first check it is `configured`."""
        configured: BucketSettings = settings.OCRSITE_BUCKET_SETTINGS
        target = configured_bucket()
        if target is None:
            word = "incomplete" if configured.missing else "not_configured"
            return BucketState(word, configured.warnings)
        newest, _ = self._check.ask(lambda: self._run_check(target))
        found = newest or BucketState("configured")
        return BucketState(found.word, (*configured.warnings, *found.problems))

    def _run_check(self, target: Bucket) -> BucketState:
        """Check all access once an hour, and whether a file can be written in between."""
        check_all = time.monotonic() >= self._access_check_due
        try:
            found = self._check_access(target) if check_all else self._write_probe(target)
        except Exception:
            log.exception("bucket_check_failed")
            found = BucketState("failing", (Message("The bucket can't be checked."),))
        if found.word == "configured":
            circuit_breaker.shared.record_answer()
            if check_all:
                self._access_check_due = time.monotonic() + _ACCESS_CHECK_EVERY
        before, self._state = self._state, found
        if before != found:
            write = log.warning if found.problems else log.info
            write("bucket_state_changed", state=found.word, problems=list(found.problems))
        return found

    def _check_access(self, target: Bucket) -> BucketState:
        report = check_access(target)
        self._access_problems = report.problems if report.ok else ()
        return BucketState("configured" if report.ok else "failing", report.problems)

    def _write_probe(self, target: Bucket) -> BucketState:
        try:
            (configured_bucket(PROBE) or target).put_bytes(_PROBE, b"ocrsite")
        except BucketError as error:
            return BucketState("failing", (error.message,))
        return BucketState("configured", self._access_problems)


watch = BucketWatch()
