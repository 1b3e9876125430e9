"""The file of an export: where it lies, and whether it shows the document's current text."""

from __future__ import annotations

import datetime
import hashlib
from functools import lru_cache
from pathlib import Path

from django.utils import timezone

from documents.bucket.errors import BucketError
from documents.errors import NotFound
from documents.exports.downloads import RESULT_TYPES, Download
from documents.exports.export_kinds import EXPORT_TYPES, PART_TYPES
from documents.files.content import Content, LocalContent
from documents.files.hashing import file_sha256
from documents.files.keys import export_key
from documents.files.storage import archive
from documents.messages import Message
from documents.models import Document, Export
from documents.models.export import ExportStatus

#: An export that is used is marked so at most this often.
_MARK_EVERY = datetime.timedelta(hours=6)


def key_of(export: Export) -> str:
    """The storage key of the export's file."""
    name = hashlib.sha256(export.variant.encode()).hexdigest()[:12] if export.variant else "whole"
    return export_key(export.document_id, f"{name}.{export.kind}")


def is_current(document: Document, export: Export) -> bool:
    """Whether the export shows the document's text of now. While the document is read again its
    text is that of before."""
    return document.is_unfinished or export.content_version == document.content_version


def get_export(document: Document, export: Export) -> Download | None:
    """The ready export's file; None where it is not on this disk."""
    if export.status != ExportStatus.READY or not _is_here(export):
        return None
    if timezone.now() - export.used_at > _MARK_EVERY:
        Export.objects.filter(pk=export.pk).update(used_at=timezone.now())

    def open_file() -> Content:
        return LocalContent(archive().open(key_of(export)), export.sha256)

    types = {**RESULT_TYPES, **PART_TYPES, **EXPORT_TYPES}
    stem = document.filename.rpartition(".")[0] or document.filename
    return Download(
        filename=f"{stem}.{export.kind}",
        content_type=types[export.kind],
        source=open_file,
        missing=NotFound(
            Message("The file was removed in the meantime. Ask again."), document=document.id
        ),
    )


def _is_here(export: Export) -> bool:
    """Whether the file is on this disk: another machine may have made it."""
    key = key_of(export)
    if _is_file_of(export, archive().path(key)):
        return True
    try:
        return archive().refresh(key) and _is_file_of(export, archive().path(key))
    except BucketError:
        return False


def _is_file_of(export: Export, path: Path) -> bool:
    try:
        status = path.stat()
    except FileNotFoundError:
        return False
    if status.st_size != export.size:
        return False
    return _hash_file(str(path), status.st_mtime_ns, status.st_ino) == export.sha256


@lru_cache(maxsize=256)
def _hash_file(path: str, modified: int, inode: int) -> str:
    return file_sha256(Path(path))
