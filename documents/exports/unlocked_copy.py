"""The copy of a protected PDF without its protection, made when a person gave the password.

Derived data like the page images: kept with them, mirrored with them, missing after a restore from
manifests. The password itself is kept nowhere (docs/decisions/0021).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import structlog

from documents.bucket.errors import BucketError
from documents.errors import PasswordNeeded
from documents.files.keys import unlocked_key
from documents.files.storage import archive
from documents.signals import announce, derived_file_written

log = structlog.get_logger(__name__)

_Result = TypeVar("_Result")


def store_unlocked_copy(document_id: uuid.UUID, content: bytes) -> None:
    """Raises StorageFull."""
    key = unlocked_key(document_id)
    archive().write(key, content)
    announce(derived_file_written, document_id=document_id, key=key)


def read_unlocked(
    document_id: uuid.UUID, original: Path, read: Callable[[Path], _Result]
) -> _Result:
    """What `read` returns for the original, or for its unlocked copy where there is one.

    `read` may be called twice: another machine may have the copy. Raises PasswordNeeded where the
    original is protected and nobody has given the password yet, and what `read` raises.
    """
    key = unlocked_key(document_id)
    if not archive().exists(key):
        try:
            return read(original)
        except PasswordNeeded:
            if not _fetch(key):
                raise
    return read(archive().path(key))


def _fetch(key: str) -> bool:
    try:
        return archive().fetch_if_missing(key)
    except BucketError as error:
        log.warning("unlocked_copy_not_fetched", key=key, code=error.code, reason=error.detail)
        return False
