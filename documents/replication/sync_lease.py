"""The right to sync one document: a lease, so that an older copy never replaces a newer one.

A lease is renewed between files. A process that died, or that uploads a single file for longer than
the lease lasts, loses it to another, and then writes no manifest.
"""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from documents.models import Document

_lock = threading.Lock()
_held: set[SyncLease] = set()


@dataclass(frozen=True)
class SyncLease:
    """The right to sync one document."""

    document_id: uuid.UUID
    token: int

    def renew(self) -> bool:
        """False where the lease is lost."""
        return Document.sync_lease.renew(self._row, self.token)

    def release(self) -> None:
        Document.sync_lease.release(self._row, self.token)

    @property
    def _row(self) -> QuerySet[Document]:
        return Document.objects.filter(id=self.document_id)


@contextlib.contextmanager
def hold_sync_lease(document_id: uuid.UUID) -> Iterator[SyncLease | None]:
    """Hold the document's sync lease in the block; None where another process holds it."""
    lease = _take(document_id)
    if lease is None:
        yield None
        return
    with _lock:
        _held.add(lease)
    try:
        yield lease
    finally:
        lease.release()
        with _lock:
            _held.discard(lease)


def is_syncing() -> bool:
    """Whether this process is syncing a document now."""
    return bool(_held)


def release_sync_leases() -> None:
    """Release this process's leases as it ends, so that no other has to wait for them."""
    with _lock:
        held = list(_held)
    for lease in held:
        lease.release()


def end_sync_leases() -> int:
    """End the leases of all processes; for the sole background worker as it starts, when every
    other holder is gone."""
    return Document.sync_lease.end_all(Document.objects.all())


def _take(document_id: uuid.UUID) -> SyncLease | None:
    token = Document.sync_lease.take(Document.objects.filter(id=document_id))
    return None if token is None else SyncLease(document_id, token)
