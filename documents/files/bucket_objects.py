"""Take files from a prefix of the bucket: for batches, and whatever else watches one."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from documents.bucket.objects import ObjectFacts
from documents.bucket.store import Bucket
from documents.files.upload_staging import StagedFile, file_too_large, stage


def list_files(bucket: Bucket, prefix: str) -> Iterator[ObjectFacts]:
    """The objects below a prefix, without the empty ones that stand for folders. Raises
    BucketError."""
    for found in bucket.list(prefix):
        if not found.key.endswith("/"):
            yield found


def stage_object(bucket: Bucket, key: str, size: int) -> StagedFile:
    """The object's content, for `upload`. Raises FileTooLarge (before it is fetched where `size`
    says so), ObjectMissing, BucketError, StorageFull."""

    if size > settings.OCRSITE_MAX_UPLOAD_BYTES:
        raise file_too_large()
    return stage(bucket.read_range(key))
