"""The copies of a changed document, brought up to date in the request that changed it.

With a bucket, the answer waits for it, but no longer than `REQUEST_SECONDS`; past that the thread
goes on behind the answer. Without a bucket a background worker writes the manifest of a document
that has pages: building it takes time with every page, and the change is safe in the database.
"""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from functools import lru_cache

import structlog
from django.conf import settings
from django.db import connections, transaction

from documents.bucket.errors import NewerCopy, Purged
from documents.errors import ArchiveError
from documents.models import Document, Event
from documents.models.event import EventKind
from documents.replication.sync import documents_to_sync, sync_document
from documents.replication.upload import upload_file
from documents.signals import announce, tasks_waiting

log = structlog.get_logger(__name__)

#: Seconds that a request waits for the bucket.
REQUEST_SECONDS = 10.0
#: Documents synced at once by this process; each uses one connection to the bucket.
MAX_THREADS = 8

_this_thread = threading.local()


def sync_after_commit(event: Event) -> None:
    """Sync the event's document after the transaction; the versions on it are current then."""
    if not getattr(_this_thread, "leaves_to_background", False):
        # Robust: the committed change gets its answer whatever happens here.
        transaction.on_commit(lambda: _sync_in_request(event.document, event.id), robust=True)


@contextlib.contextmanager
def leave_sync_to_background() -> Iterator[None]:
    """Don't sync in the block, for a request that changes more documents than it can wait for."""
    _this_thread.leaves_to_background = True
    try:
        yield
    finally:
        _this_thread.leaves_to_background = False


def upload_in_background(document_id: uuid.UUID, key: str, digest: str = "") -> None:
    """Upload a page image or a figure to the bucket without waiting for it.

    On failure it is uploaded with its document. `digest`: the SHA-256 of a figure.
    """
    if settings.OCRSITE_BUCKET is not None:
        _pool().submit(_upload_in_thread, document_id, key, digest)


def _sync_in_request(document: Document, event_id: int) -> None:
    if not documents_to_sync(Document.objects.filter(id=document.id)).exists():
        return  # it is being read, and is synced when that has ended
    if settings.OCRSITE_BUCKET is not None:
        wait([_pool().submit(_sync_in_thread, document.id)], timeout=REQUEST_SECONDS)
    elif document.page_count is None:
        _sync_or_log(document.id)
    else:
        announce(tasks_waiting)
    versions = Document.objects.filter(id=document.id).values(
        "manifest_version", "mirrored_version"
    )
    for name, version in (versions.first() or {}).items():
        setattr(document, name, version)
    later = Event.objects.filter(document=document.id, id__gt=event_id, kind=EventKind.ADOPTED)
    if settings.OCRSITE_BUCKET is not None and later.exists():
        # Another container was first: the bucket has its change and not the one made here.
        document.mirrored_version = 0


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="sync")


def _sync_in_thread(document_id: uuid.UUID) -> None:
    try:
        _sync_or_log(document_id)
    finally:
        connections.close_all()


def _upload_in_thread(document_id: uuid.UUID, key: str, digest: str) -> None:
    try:
        upload_file(document_id, key, digest)
    except ArchiveError as error:
        log.warning("upload_failed", key=key, code=error.code, reason=error.detail)
    except Exception:
        log.exception("upload_failed", key=key)
    finally:
        connections.close_all()


def _sync_or_log(document_id: uuid.UUID) -> None:
    """The change is committed, whatever becomes of its copies: a background worker tries again."""
    try:
        sync_document(document_id)
    except ArchiveError as error:
        log.warning("sync_failed", document=str(document_id), code=error.code, reason=error.detail)
        if isinstance(error, NewerCopy | Purged):
            announce(tasks_waiting)  # restored soon, so that fewer changes are made in vain
    except Exception:
        log.exception("sync_failed", document=str(document_id))
