"""A document's result file on this machine's disk, in the version that the database names.

Where several machines share an archive, one of them made the file. A file that is missing here, or
older than the database's, comes from the bucket or is assembled again from the database.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import structlog

from documents.bucket.errors import BucketError
from documents.errors import DamagedCopy
from documents.exports.assemble import assemble_results
from documents.files.content import Content, LocalContent, StreamedContent, open_content
from documents.files.hashing import file_sha256
from documents.files.keys import result_key
from documents.files.storage import MirroredArchive, archive
from documents.models import Document

log = structlog.get_logger(__name__)


def ensure_result(document: Document, kind: str) -> str:
    """Make sure that the result `kind` is on this disk and current; return its storage key.

    Raises StorageFull.
    """
    key = result_key(document.id, kind)
    files = archive()
    if not isinstance(files, MirroredArchive):
        # One machine, so the file was made here. One that differs is just being replaced.
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
    """The current result `kind`; a large one is read while it comes from the bucket.

    Raises FileNotFoundError, Busy, StorageFull.
    """
    files, key, facts = archive(), result_key(document.id, kind), document.result_files.get(kind)
    if not isinstance(files, MirroredArchive) or facts is None:
        return open_content(ensure_result(document, kind))
    if _is_current(document, kind, files.path(key)):
        return LocalContent(files.open(key), facts["sha256"])
    try:
        return StreamedContent(files, key, size=facts["size"], sha256=facts["sha256"])
    except (BucketError, DamagedCopy) as error:
        log.warning("result_not_fetched", key=key, code=error.code, reason=error.detail)
    _assemble(document)
    return open_content(key)


def _is_current(document: Document, kind: str, path: Path) -> bool:
    facts = document.result_files.get(kind)
    try:
        status = path.stat()
    except FileNotFoundError:
        return False
    if facts is None or status.st_size != facts["size"]:
        return facts is None
    return _hash_file(str(path), status.st_mtime_ns, status.st_ino) == str(facts["sha256"])


@lru_cache(maxsize=256)
def _hash_file(path: str, modified: int, inode: int) -> str:
    return file_sha256(Path(path))


def _assemble(document: Document) -> None:
    with assemble_results(document) as results:
        results.publish()
