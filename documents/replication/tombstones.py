"""Purged documents leave the bucket: first their tombstone is written, then their files go."""

from __future__ import annotations

import contextlib
import json
import uuid

import structlog

from documents.bucket import circuit_breaker
from documents.bucket.configured import configured_bucket
from documents.bucket.errors import BucketError, BucketForbidden
from documents.files.keys import document_prefix, manifest_key, tombstone_key
from documents.models import Tombstone
from documents.text.timestamps import iso_time

log = structlog.get_logger(__name__)


def write_tombstone(document_id: uuid.UUID) -> bool:
    """Write the tombstone into the bucket and delete all else of the document there.

    False where the bucket failed: that is logged, and `write_pending_tombstones` tries again.
    """
    target = configured_bucket()
    if target is None:
        return True
    tombstone = Tombstone.objects.get(document_id=document_id)
    try:
        with circuit_breaker.shared.guard():
            target.put_bytes(
                tombstone_key(document_id),
                json.dumps(
                    {"document": str(document_id), "purged_at": iso_time(tombstone.purged_at)}
                ).encode(),
                content_type="application/json",
            )
            for key in (manifest_key(document_id), *tombstone.keys):
                target.delete(key)
            with contextlib.suppress(BucketForbidden):
                for found in target.list(document_prefix(document_id)):
                    target.delete(found.key)
    except BucketError as error:
        log.warning("tombstone_not_written", document=str(document_id), code=error.code,
                    reason=error.detail)  # fmt: skip
        return False
    Tombstone.objects.filter(document_id=document_id).update(mirrored=True)
    return True


def write_pending_tombstones() -> int:
    """Write the tombstones that the bucket lacks, until one fails; return how many are left."""
    if configured_bucket() is None:
        return 0
    waiting = list(Tombstone.objects.filter(mirrored=False).values_list("document_id", flat=True))
    for done, document_id in enumerate(waiting):
        if not write_tombstone(document_id):
            return len(waiting) - done  # the others would fail too
    return 0
