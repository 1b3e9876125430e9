"""Copy the results of a document into the bucket, beside or below what they are of."""

from __future__ import annotations

from documents.actions.request_export import request_export
from documents.bucket.store import Bucket
from documents.exports.downloads import RESULT_TYPES, Download, get_result
from documents.exports.options import WHOLE_DOCUMENT
from documents.files.upload_staging import stage
from documents.models import Document, User

#: Kinds that are written beside the objects of an inbox, and how their names end.
RESULT_KINDS = ("json", "md", "txt", "pdf")
RESULT_SUFFIXES = tuple(f".result.{kind}" for kind in RESULT_KINDS)


def get_result_file(document: Document, kind: str, *, actor: User | None) -> Download | None:
    """None where it is being made: ask again. Raises what `request_export` raises."""
    if kind in RESULT_TYPES:
        return get_result(document, kind)
    return request_export(document.id, kind, WHOLE_DOCUMENT, actor=actor)


def send_file(download: Download, bucket: Bucket, key: str) -> None:
    """Raises BucketError, StorageFull, and what `Download.open` raises."""
    content = download.open()
    try:
        staged = stage(content.read_range(0, content.size))
    finally:
        content.close()
    try:
        bucket.put_file(key, staged.path, content_type=download.content_type)
    finally:
        staged.discard()
