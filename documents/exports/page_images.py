"""The page image that people look at: kept when a reading made one, else made when asked for.

Derived data: it can always be made again from the original. Making it means parsing what somebody
uploaded, so it is done by the reader's rendering child process; the settings name the functions
(`OCRSITE_PAGE_RENDERER`, `OCRSITE_THUMBNAIL_RENDERER`), because the archive does not know the
reader.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from pathlib import Path

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from documents.bucket.errors import BucketError
from documents.errors import Busy, NotFound, OriginalMissing, ReadingError
from documents.exports.recent_failures import RecentFailures
from documents.files.keys import page_image_key, thumbnail_key
from documents.files.storage import archive, original_file
from documents.messages import Message
from documents.models import Document, Page
from documents.signals import announce, derived_file_written

log = structlog.get_logger(__name__)

#: At most one rendering child per web process (design, section 7.3).
_one_at_a_time = threading.Lock()

#: Requests that may wait for their turn, each of them holding one of the web's threads. Who comes
#: when there are so many is told to come back at once.
MOST_WAITING = 4
_waiters = threading.BoundedSemaphore(MOST_WAITING)

#: By storage key. A page that takes all the time it may have and then fails would else hold the
#: only slot each time somebody looks at a list with it.
_failures = RecentFailures()

#: Seconds that a request waits for its turn before it is told to come back.
PATIENCE = 2.0


def page_image(page: Page) -> str:
    """The storage key of the page's WebP image, upright as its current reading has it.

    Makes the image where it is not there. Raises Busy when this process is making others,
    ReadingError when the page can't be shown, OriginalMissing.
    """
    source = page.base_reading
    rotation = source.rotation if source else 0
    key = page_image_key(page.document_id, page.number, rotation)

    def render(path: Path) -> bytes:
        renderer: Callable[..., bytes] = import_string(settings.OCRSITE_PAGE_RENDERER)
        return renderer(str(path), page.document.mime_type, page.number, rotation)

    return _kept_or_made(key, page.document, render)


def thumbnail(document: Document) -> str:
    """The storage key of a small WebP image of the first page; made like `page_image`.

    Raises NotFound where the file could not be opened, or was not yet.
    """
    if not document.page_count:
        raise NotFound(Message("This document has no thumbnail."), document=document.id)
    first = document.pages.filter(number=1)
    corrected, read = first.values_list(
        "current_revision__based_on__rotation", "current_reading__rotation"
    ).get()
    rotation = corrected if corrected is not None else read or 0

    def render(path: Path) -> bytes:
        renderer: Callable[..., bytes] = import_string(settings.OCRSITE_THUMBNAIL_RENDERER)
        return renderer(str(path), document.mime_type, rotation)

    return _kept_or_made(thumbnail_key(document.id, rotation), document, render)


def keep_page_image(document_id: uuid.UUID, number: int, rotation: int, image: bytes) -> None:
    """Keep the image that a reading has made, so that nobody waits for it later."""
    _keep(document_id, page_image_key(document_id, number, rotation), image)


def keep_thumbnail(document_id: uuid.UUID, image: bytes) -> None:
    _keep(document_id, thumbnail_key(document_id), image)


def _keep(document_id: uuid.UUID, key: str, image: bytes) -> None:
    archive().write(key, image)
    announce(derived_file_written, document_id=document_id, key=key)


def _is_here(key: str) -> bool:
    """Whether the image is on this disk, fetched from the bucket if need be."""
    try:
        return archive().fetch_if_missing(key)
    except BucketError as error:
        # It can be made as well.
        log.warning("image_not_fetched", key=key, code=error.code, reason=error.detail)
        return False


def _kept_or_made(key: str, document: Document, render: Callable[[Path], bytes]) -> str:
    if _is_here(key):
        return key
    _failures.raise_for(key)
    if not _our_turn():
        raise Busy(Message("Other page images are being drawn. Ask again in a second."))
    try:
        # Whoever was before us may have made this very one.
        if not archive().exists(key):
            _failures.raise_for(key)
            with original_file(document.id, document.filename) as path:
                _keep(document.id, key, render(path))
    except OriginalMissing:
        raise  # it costs nothing to look again, and an upload mends it
    except ReadingError as error:
        _failures.remember(key, error)
        raise
    finally:
        _one_at_a_time.release()
    return key


def _our_turn() -> bool:
    """Take the only slot, at once or after a short wait; whether that came about."""
    if _one_at_a_time.acquire(blocking=False):
        return True
    if not _waiters.acquire(blocking=False):
        return False
    try:
        return _one_at_a_time.acquire(timeout=PATIENCE)
    finally:
        _waiters.release()
