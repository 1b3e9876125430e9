"""A change is in the copies, too, when its answer is given: if that takes no longer than
`PATIENCE`. Past it the answer is given all the same, and the rest happens behind it."""

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

from documents.errors import ArchiveError, NewerCopy, Purged
from documents.models import Document, Event
from documents.models.event import EventKind
from documents.replication.sync import keep, unkept
from documents.replication.upload import push
from documents.signals import announce, tasks_waiting

log = structlog.get_logger(__name__)

#: Seconds a request waits for the bucket (design, section 6).
PATIENCE = 10.0
_here = threading.local()

#: Documents mirrored at once by this process; each holds one connection to the bucket.
AT_ONCE = 8


def keep_when_committed(event: Event) -> None:
    """Have the event's document kept after the transaction; its versions are up to date then."""
    if not getattr(_here, "left_to_background", False):
        # Robust: what is committed is answered as such, whatever happens here.
        transaction.on_commit(lambda: _keep(event.document, event.id), robust=True)


@contextlib.contextmanager
def left_to_background() -> Iterator[None]:
    """Changes of many documents in one request: no request has the time to see all of them kept."""
    _here.left_to_background = True
    try:
        yield
    finally:
        _here.left_to_background = False


def push_soon(document_id: uuid.UUID, key: str, digest: str = "") -> None:
    """Put a page image or a figure into the bucket behind the caller's back; where that fails, it
    goes there with its document."""
    if settings.OCRSITE_BUCKET is not None:
        _pool().submit(_push_in_thread, document_id, key, digest)


def _keep(document: Document, event_id: int) -> None:
    if not unkept(Document.objects.filter(id=document.id)).exists():
        return  # it is being read: it is kept when that is over
    if settings.OCRSITE_BUCKET is None:
        _logged(document.id)
    else:
        wait([_pool().submit(_in_thread, document.id)], timeout=PATIENCE)
    found = Document.objects.filter(id=document.id).values("manifest_version", "mirrored_version")
    for name, version in (found.first() or {}).items():
        setattr(document, name, version)
    later = Event.objects.filter(document=document.id, id__gt=event_id, kind=EventKind.ADOPTED)
    if settings.OCRSITE_BUCKET is not None and later.exists():
        # Another container was first: what is in the bucket now is its, and not what was done here.
        document.mirrored_version = 0


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mirror")


def _in_thread(document_id: uuid.UUID) -> None:
    try:
        _logged(document_id)
    finally:
        connections.close_all()


def _push_in_thread(document_id: uuid.UUID, key: str, digest: str) -> None:
    try:
        push(document_id, key, digest)
    except ArchiveError as error:
        log.warning("not_pushed", key=key, code=error.code, reason=error.detail)
    except Exception:
        log.exception("not_pushed", key=key)
    finally:
        connections.close_all()


def _logged(document_id: uuid.UUID) -> None:
    """The change is committed and stays, whatever becomes of its copies: a background process does
    what fails here."""
    try:
        keep(document_id)
    except ArchiveError as error:
        log.warning("not_kept", document=str(document_id), code=error.code, reason=error.detail)
        if isinstance(error, NewerCopy | Purged):
            announce(tasks_waiting)  # the sooner it is taken in, the less is done in vain
    except Exception:
        log.exception("not_kept", document=str(document_id))
