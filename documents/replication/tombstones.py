"""What the bucket still has of purged documents: a tombstone goes there first, then all goes."""

from __future__ import annotations

import contextlib
import json
import uuid

import structlog

from documents.bucket import circuit_breaker
from documents.bucket.configured import configured_bucket
from documents.errors import BucketError, BucketForbidden
from documents.files.keys import manifest_key, tombstone_key
from documents.models import Tombstone

log = structlog.get_logger(__name__)


def bury(document_id: uuid.UUID) -> bool:
    """Whether the bucket has the tombstone now and nothing else of the document.

    A bucket that can't be reached is logged; `bury_all` comes back to it.
    """
    target = configured_bucket()
    if target is None:
        return True
    tombstone = Tombstone.objects.get(document_id=document_id)
    try:
        with circuit_breaker.shared.guarded():
            target.put_bytes(
                tombstone_key(document_id),
                json.dumps(
                    {"document": str(document_id), "purged_at": tombstone.purged_at.isoformat()}
                ).encode(),
                content_type="application/json",
            )
            for key in (manifest_key(document_id), *tombstone.keys):
                target.delete(key)
            with contextlib.suppress(BucketForbidden):
                for found in target.list(f"documents/{document_id}/"):
                    target.delete(found.key)
    except BucketError as error:
        log.warning("not_buried", document=str(document_id), code=error.code, reason=error.detail)
        return False
    Tombstone.objects.filter(document_id=document_id).update(mirrored=True)
    return True


def bury_all() -> int:
    """Bury what the bucket was not told yet, until it refuses one; returns how many are left."""
    if configured_bucket() is None:
        return 0
    waiting = list(Tombstone.objects.filter(mirrored=False).values_list("document_id", flat=True))
    for done, document_id in enumerate(waiting):
        if not bury(document_id):
            return len(waiting) - done  # what refuses one will refuse the others
    return 0
