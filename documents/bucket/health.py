"""How the bucket is, for `/health` and the admin's first page: looked at in the background."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import structlog
from django.conf import settings

from documents.bucket import circuit_breaker
from documents.bucket.access_check import check
from documents.bucket.settings import BucketSettings
from documents.bucket.store import Bucket, bucket, bucket_for_asking
from documents.errors import BucketError, notice_of
from documents.notices import Notice, gettext_noop

log = structlog.get_logger(__name__)

#: Seconds between two looks, and between two that try everything anew.
_EVERY, _WHOLE_EVERY = 20.0, 3600.0
#: What a look writes; each process over the last one's.
_PROBE = "probe/health"


@dataclass(frozen=True)
class BucketState:
    """`word`: as the HTTP contract has it. `problems`: a Notice each; nothing secret."""

    word: str
    problems: tuple[str, ...] = ()


class BucketWatch:
    """Looks while somebody asks, in a thread of its own: who asks never waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: BucketState | None = None
        self._kept_problems: tuple[str, ...] = ()
        self._looking = False
        self._next = self._next_whole = float("-inf")

    def state(self) -> BucketState:
        """The newest finding. Before the first one a bucket counts as configured."""
        told: BucketSettings = settings.OCRSITE_BUCKET_SETTINGS
        target = bucket()
        if target is None:
            return BucketState("incomplete" if told.missing else "not_configured", told.warnings)
        self._look_if_due(target)
        with self._lock:
            found = self._state or BucketState("configured")
        return BucketState(found.word, (*told.warnings, *found.problems))

    def _look_if_due(self, target: Bucket) -> None:
        with self._lock:
            if self._looking or time.monotonic() < self._next:
                return
            self._looking = True
            whole = time.monotonic() >= self._next_whole
        threading.Thread(target=self._look, args=(target, whole), daemon=True).start()

    def _look(self, target: Bucket, whole: bool) -> None:
        found = BucketState("failing", (Notice(gettext_noop("The bucket can't be checked.")),))
        try:
            found = self._checked(target) if whole else self._touched(target)
        finally:
            with self._lock:
                before, self._state = self._state, found
                if found.word == "configured":
                    circuit_breaker.shared.heard()
                self._looking = False
                self._next = time.monotonic() + _EVERY
                if whole and found.word == "configured":
                    self._next_whole = time.monotonic() + _WHOLE_EVERY
        if before is None or before != found:
            tell = log.warning if found.problems else log.info
            tell("bucket", state=found.word, problems=list(found.problems))

    def _checked(self, target: Bucket) -> BucketState:
        report = check(target)
        self._kept_problems = report.problems if report.ok else ()
        return BucketState("configured" if report.ok else "failing", report.problems)

    def _touched(self, target: Bucket) -> BucketState:
        try:
            (bucket_for_asking() or target).put_bytes(_PROBE, b"ocrsite")
        except BucketError as error:
            return BucketState("failing", (notice_of(error),))
        return BucketState("configured", self._kept_problems)


watch = BucketWatch()
