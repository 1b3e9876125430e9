"""The copies that wait: documents kept and purged ones buried, by a background process with nothing
more urgent to do."""

from __future__ import annotations

import threading
import time
import uuid

import structlog

from documents.bucket import circuit_breaker
from documents.bucket.configured import configured_bucket
from documents.errors import (
    ArchiveError,
    BucketError,
    NewerCopy,
    NotMirroredYet,
    ObjectMissing,
    Purged,
)
from documents.models import Document, Tombstone
from documents.replication.pull_from_bucket import catch_up, purge_after
from documents.replication.sync import keep, unkept
from documents.replication.tombstones import bury_all

log = structlog.get_logger(__name__)

#: Seconds until a document that could not be kept is looked at again; others go before it.
AGAIN_AFTER = 30.0
#: Seconds until anything is tried again after the bucket as a whole refused or did not answer.
PAUSE = 30.0
#: Seconds between two looks for what is to be buried.
BURY_EVERY = 60.0
#: Documents looked at in one go, and how many may be waiting for their next try.
_AT_ONCE, _MOST_RESTING = 200, 500

#: What is wrong with one document, and no word about the others.
_ITS_OWN = (NewerCopy, NotMirroredYet, ObjectMissing)


def work_waits() -> bool:
    return unkept(Document.objects.all()).exists() or (
        configured_bucket() is not None and Tombstone.objects.filter(mirrored=False).exists()
    )


class SyncWorker:
    """For the threads of one process: one of them works, the others go on."""

    def __init__(self) -> None:
        self._busy = threading.Lock()
        self._retry_at: dict[uuid.UUID, float] = {}
        self._paused_until = self._bury_at = float("-inf")

    def keep_what_waits(self, stopping: threading.Event) -> None:
        """Until nothing waits that could be tried now, the bucket refuses, or the process is to
        stop."""
        if not self._busy.acquire(blocking=False):
            return
        try:
            self._bury()
            while documents := self._next():
                for document_id in documents:
                    if stopping.is_set() or self._must_pause():
                        return
                    self._keep(document_id)
        finally:
            self._busy.release()

    def go_on(self) -> None:
        """The bucket is well again: what waits need not wait for its next try."""
        self._paused_until = self._bury_at = float("-inf")
        self._retry_at = {}

    def _must_pause(self) -> bool:
        return time.monotonic() < self._paused_until or circuit_breaker.shared.seconds_left > 0

    def _bury(self) -> None:
        if time.monotonic() >= self._bury_at and not self._must_pause():
            self._bury_at = time.monotonic() + BURY_EVERY
            bury_all()

    def _next(self) -> list[uuid.UUID]:
        now = time.monotonic()
        self._retry_at = {id_: until for id_, until in self._retry_at.items() if until > now}
        if self._must_pause() or len(self._retry_at) >= _MOST_RESTING:
            return []
        waiting = unkept(Document.objects.exclude(id__in=list(self._retry_at)))
        return list(waiting.order_by("created_at").values_list("id", flat=True)[:_AT_ONCE])

    def _keep(self, document_id: uuid.UUID) -> None:
        where = {"document": str(document_id)}
        kept = False
        try:
            kept = keep(document_id)
        except Document.DoesNotExist:
            return  # purged meanwhile
        except Purged:
            purge_after(document_id)
            return
        except NewerCopy:
            kept = self._catch_up(document_id)
        except ArchiveError as error:
            log.warning("not_kept", code=error.code, reason=error.detail, **where)
            if isinstance(error, BucketError) and not isinstance(error, _ITS_OWN):
                self._paused_until = time.monotonic() + PAUSE
        except Exception:
            log.exception("not_kept", **where)
        if not kept:
            self._retry_at[document_id] = time.monotonic() + AGAIN_AFTER

    def _catch_up(self, document_id: uuid.UUID) -> bool:
        try:
            catch_up(document_id)
        except ArchiveError as error:
            log.warning(
                "not_caught_up", document=str(document_id), code=error.code, reason=error.detail
            )
            return False
        return True
