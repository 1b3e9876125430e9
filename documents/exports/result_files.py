"""A document's result file on this machine's disk, as the database says it is now.

Where several machines share an archive the file was made on one of them. What is missing here, or
older than the database's, comes from the bucket, or is assembled again: it is all in the database.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import structlog

from documents.bucket.errors import BucketError
from documents.errors import DamagedCopy
from documents.exports.assemble import assembled
from documents.files.content import Content, LocalContent, StreamedContent, open_content
from documents.files.hashing import file_sha256
from documents.files.keys import result_key
from documents.files.storage import MirroredArchive, archive
from documents.models import Document

log = structlog.get_logger(__name__)


def ensure_result(document: Document, kind: str) -> str:
    """The storage key of the result `kind`, whose file is here and current after this.

    Raises StorageFull.
    """
    key = result_key(document.id, kind)
    files = archive()
    if not isinstance(files, MirroredArchive):
        # One machine: who made it put it here. One that differs is just being replaced.
        if not files.exists(key):
            _assemble(document)
        return key
    if not _is_current(document, kind, files.path(key)):
        try:
            files.fetch(key)
        except BucketError as error:
            log.warning("result_not_fetched", key=key, code=error.code, reason=error.detail)
        if not _is_current(document, kind, files.path(key)):
            _assemble(document)
    return key


def open_result(document: Document, kind: str) -> Content:
    """The result `kind` as the database says it is now; a large one is read while it comes from the
    bucket.

    Raises FileNotFoundError, Busy, StorageFull.
    """
    files, key, wanted = archive(), result_key(document.id, kind), document.result_files.get(kind)
    if not isinstance(files, MirroredArchive) or wanted is None:
        return open_content(ensure_result(document, kind))
    if _is_current(document, kind, files.path(key)):
        return LocalContent(files.open(key), wanted["sha256"])
    try:
        return StreamedContent(files, key, size=wanted["size"], sha256=wanted["sha256"])
    except (BucketError, DamagedCopy) as error:
        log.warning("result_not_fetched", key=key, code=error.code, reason=error.detail)
    _assemble(document)
    return open_content(key)


def _is_current(document: Document, kind: str, path: Path) -> bool:
    wanted = document.result_files.get(kind)
    try:
        about = path.stat()
    except FileNotFoundError:
        return False
    if wanted is None or about.st_size != wanted["size"]:
        return wanted is None
    return _digest(str(path), about.st_mtime_ns, about.st_ino) == str(wanted["sha256"])


@lru_cache(maxsize=256)
def _digest(path: str, changed: int, inode: int) -> str:
    return file_sha256(Path(path))


def _assemble(document: Document) -> None:
    with assembled(document) as made:
        made.put_in_place()
