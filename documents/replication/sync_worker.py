"""Pending copies and tombstones, written by a worker with nothing more urgent to do."""

from __future__ import annotations

import threading
import time
import uuid

import structlog

from documents.bucket import circuit_breaker
from documents.bucket.configured import configured_bucket
from documents.bucket.errors import BucketError, NewerCopy, NotMirroredYet, ObjectMissing, Purged
from documents.errors import ArchiveError
from documents.models import Document, Tombstone
from documents.replication.pull_from_bucket import delete_purged_document, pull_document
from documents.replication.sync import documents_to_sync, sync_document
from documents.replication.tombstones import write_pending_tombstones

log = structlog.get_logger(__name__)

#: Seconds until a document whose sync failed is tried again; others go before it.
RETRY_AFTER = 30.0
#: Seconds until anything is tried again after the whole bucket refused or did not answer.
PAUSE = 30.0
#: Seconds between two looks for pending tombstones.
TOMBSTONES_EVERY = 60.0
#: Documents fetched in one query, and how many may be waiting for their next try.
_BATCH, _MAX_WAITING = 200, 500

#: Errors that concern one document and say nothing about the others.
_DOCUMENT_ERRORS = (NewerCopy, NotMirroredYet, ObjectMissing)


def is_work_waiting() -> bool:
    """Whether a document or a tombstone is to be synced."""
    return documents_to_sync(Document.objects.all()).exists() or (
        configured_bucket() is not None and Tombstone.objects.filter(mirrored=False).exists()
    )


class SyncWorker:
    """Shared by the threads of a process: one of them syncs, the others return at once."""

    def __init__(self) -> None:
        self._busy = threading.Lock()
        self._retry_at: dict[uuid.UUID, float] = {}
        self._paused_until = self._tombstones_at = float("-inf")

    def sync_waiting(self, stopping: threading.Event) -> None:
        """Sync until nothing waits that could be tried now, the bucket refuses, or `stopping` is
        set."""
        if not self._busy.acquire(blocking=False):
            return
        try:
            self._write_tombstones()
            while documents := self._next():
                for document_id in documents:
                    if stopping.is_set() or self._must_pause():
                        return
                    self._sync(document_id)
        finally:
            self._busy.release()

    def resume(self) -> None:
        """Try everything at once: the bucket works again."""
        self._paused_until = self._tombstones_at = float("-inf")
        self._retry_at = {}

    def _must_pause(self) -> bool:
        return time.monotonic() < self._paused_until or circuit_breaker.shared.seconds_left > 0

    def _write_tombstones(self) -> None:
        if time.monotonic() >= self._tombstones_at and not self._must_pause():
            self._tombstones_at = time.monotonic() + TOMBSTONES_EVERY
            write_pending_tombstones()

    def _next(self) -> list[uuid.UUID]:
        now = time.monotonic()
        self._retry_at = {id_: until for id_, until in self._retry_at.items() if until > now}
        if self._must_pause() or len(self._retry_at) >= _MAX_WAITING:
            return []
        waiting = documents_to_sync(Document.objects.exclude(id__in=list(self._retry_at)))
        return list(waiting.order_by("created_at").values_list("id", flat=True)[:_BATCH])

    def _sync(self, document_id: uuid.UUID) -> None:
        where = {"document": str(document_id)}
        is_synced = False
        try:
            is_synced = sync_document(document_id)
        except Document.DoesNotExist:
            return  # purged meanwhile
        except Purged:
            delete_purged_document(document_id)
            return
        except NewerCopy:
            is_synced = self._pull(document_id)
        except ArchiveError as error:
            log.warning("sync_failed", code=error.code, reason=error.detail, **where)
            if isinstance(error, BucketError) and not isinstance(error, _DOCUMENT_ERRORS):
                self._paused_until = time.monotonic() + PAUSE
        except Exception:
            log.exception("sync_failed", **where)
        if not is_synced:
            self._retry_at[document_id] = time.monotonic() + RETRY_AFTER

    def _pull(self, document_id: uuid.UUID) -> bool:
        try:
            pull_document(document_id)
        except ArchiveError as error:
            log.warning(
                "pull_failed", document=str(document_id), code=error.code, reason=error.detail
            )
            return False
        return True
