"""The page image that people see: stored when a reading made one, else rendered on request.

Derived data: it can always be rendered again from the original. Rendering parses an uploaded file,
so the worker's rendering child does it; the settings name the functions (`OCRSITE_PAGE_RENDERER`,
`OCRSITE_THUMBNAIL_RENDERER`), because the archive does not import the worker.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from documents.bucket.errors import BucketError
from documents.errors import NotFound, OriginalMissing, ReadingError
from documents.exports.recent_failures import RecentFailures
from documents.exports.render_slot import RenderSlot
from documents.exports.rendition import read_pages
from documents.files.keys import page_image_key, page_thumbnail_key, thumbnail_key
from documents.files.storage import archive, original_file
from documents.messages import Message
from documents.models import Document, Page
from documents.models.reading import find_base_reading
from documents.signals import announce, derived_file_written

log = structlog.get_logger(__name__)

#: Requests that may wait for the slot, each with one of the web's threads. Any other gets Busy at
#: once.
MAX_WAITING = 8
#: At most one rendering child per web process. `wait_seconds`: how long a
#: request waits before it is answered Busy.
render_slot = RenderSlot(max_waiting=MAX_WAITING, wait_seconds=2.0)

#: By storage key. Otherwise a page that fails after all its time would take the only slot each time
#: a person opens a list that shows it.
_failures = RecentFailures()


def ensure_page_image(page: Page) -> str:
    """Render the page's WebP image unless it is stored; return its storage key.

    The image is upright as the page's current reading has it. Raises Busy while this process is
    rendering others, ReadingError where the page can't be rendered, OriginalMissing.
    """
    source = find_base_reading(page)
    rotation = source.rotation if source else 0
    key = page_image_key(page.document_id, page.number, rotation)

    def render(path: Path, mime_type: str) -> bytes:
        renderer: Callable[..., bytes] = import_string(settings.OCRSITE_PAGE_RENDERER)
        return renderer(str(path), mime_type, page.number, rotation, str(page.document.team_id))

    return _ensure_image(key, page.document, render)


def ensure_thumbnail(document: Document) -> str:
    """Like `ensure_page_image`, for a small WebP image of the first page.

    Raises NotFound where the file could not be opened, or has not been yet.
    """
    if not document.page_count:
        raise NotFound(Message("This document has no thumbnail."), document=document.id)
    first = document.pages.filter(number=1)
    corrected, read = first.values_list(
        "current_revision__based_on__rotation", "current_reading__rotation"
    ).get()
    rotation = corrected if corrected is not None else read or 0

    def render(path: Path, mime_type: str) -> bytes:
        renderer: Callable[..., bytes] = import_string(settings.OCRSITE_THUMBNAIL_RENDERER)
        return renderer(str(path), mime_type, 1, rotation, str(document.team_id))

    return _ensure_image(thumbnail_key(document.id, rotation), document, render)


def ensure_page_thumbnail(page: Page) -> str:
    """Like `ensure_page_image`, for a WebP image of 300 px and at most 20 KB."""
    source = find_base_reading(page)
    rotation = source.rotation if source else 0
    key = page_thumbnail_key(page.document_id, page.number, rotation)

    def render(path: Path, mime_type: str) -> bytes:
        renderer: Callable[..., bytes] = import_string(settings.OCRSITE_THUMBNAIL_RENDERER)
        return renderer(str(path), mime_type, page.number, rotation, str(page.document.team_id))

    return _ensure_image(key, page.document, render)


def store_page_image(document_id: uuid.UUID, number: int, rotation: int, image: bytes) -> None:
    """Store the WebP image that a reading has made, so that no request has to wait for it."""
    _store(document_id, page_image_key(document_id, number, rotation), image)


def store_page_thumbnail(document_id: uuid.UUID, number: int, rotation: int, image: bytes) -> None:
    _store(document_id, page_thumbnail_key(document_id, number, rotation), image)


def store_thumbnail(document_id: uuid.UUID, image: bytes) -> None:
    _store(document_id, thumbnail_key(document_id), image)


def _store(document_id: uuid.UUID, key: str, image: bytes) -> None:
    archive().write(key, image)
    announce(derived_file_written, document_id=document_id, key=key)


def _fetch_if_missing(key: str) -> bool:
    """Whether the image is on this disk, possibly fetched from the bucket by this call."""
    try:
        return archive().fetch_if_missing(key)
    except BucketError as error:
        # It can be rendered instead.
        log.warning("image_not_fetched", key=key, code=error.code, reason=error.detail)
        return False


def _ensure_image(key: str, document: Document, render: Callable[[Path, str], bytes]) -> str:
    if _fetch_if_missing(key):
        return key
    _failures.raise_recent(key)
    with render_slot.take():
        # The request before may have rendered this very image.
        if not archive().exists(key):
            _failures.raise_recent(key)
            _render_and_store(key, document, render)
    return key


def _render_and_store(key: str, document: Document, render: Callable[[Path, str], bytes]) -> None:
    try:
        with original_file(document.id, document.filename) as original:
            image = read_pages(document.id, document.mime_type, original, render)
            _store(document.id, key, image)
    except OriginalMissing:
        raise  # looking again costs nothing, and an upload repairs it
    except ReadingError as error:
        _failures.remember(key, error)
        raise
