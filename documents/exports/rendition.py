"""The file that a document's pages are made of: the original, its unlocked copy, or its rendition.

A rendition is the PDF that is made of an office file. Derived data like the page images: kept with
them, mirrored with them, and made again where it is lost. Making one opens an uploaded file, so the
worker's jailed child does it; the settings name the function (`OCRSITE_CONVERTER`), because the
archive does not import the worker.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from documents.bucket.errors import BucketError
from documents.exports.unlocked_copy import read_unlocked
from documents.files.filetypes import PDF, PageSource, page_source
from documents.files.keys import rendition_key
from documents.files.storage import archive
from documents.signals import announce, derived_file_written

log = structlog.get_logger(__name__)

_Result = TypeVar("_Result")

#: Writes the PDF of a file (its path and MIME type) to an empty file. Raises ReadingError.
Convert = Callable[[Path, str, BinaryIO], None]


def read_pages(
    document_id: uuid.UUID,
    mime_type: str,
    original: Path,
    read: Callable[[Path, str], _Result],
    *,
    convert: Convert | None = None,
) -> _Result:
    """What `read` returns for the file with the pages of a document of type `mime_type`, and that
    file's own type.

    `convert`: what makes a rendition that is not there, None: the settings' function. `read` may be
    called twice. Raises what `read_unlocked`, `convert` and `read` raise.
    """
    if page_source(mime_type) is PageSource.RENDITION:
        return read(ensure_rendition(document_id, mime_type, original, convert), PDF.mime_type)
    return read_unlocked(document_id, original, lambda path: read(path, mime_type))


def ensure_rendition(
    document_id: uuid.UUID, mime_type: str, original: Path, convert: Convert | None = None
) -> Path:
    """The path of the rendition; it is fetched, or made and stored, where it is not here.

    Raises ReadingError, StorageFull.
    """
    key = rendition_key(document_id)
    if not _fetch(key):
        convert = convert or import_string(settings.OCRSITE_CONVERTER)
        with archive().open_for_writing(key) as target:
            convert(original, mime_type, target)
        announce(derived_file_written, document_id=document_id, key=key)
        log.info("rendition_made", document=str(document_id))
    return archive().path(key)


def _fetch(key: str) -> bool:
    try:
        return archive().fetch_if_missing(key)
    except BucketError as error:
        log.warning("rendition_not_fetched", key=key, code=error.code, reason=error.detail)
        return False
