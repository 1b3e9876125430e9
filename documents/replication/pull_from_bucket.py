"""Another container of this archive knew better: what it did to a document is done here too.

Two that overlap (a platform that starts the new one before it stops the old) have a database each
and one bucket. Whoever wrote there first is right; what the other did to the same document
meanwhile was never said to be mirrored, and gives way.
"""

from __future__ import annotations

import datetime
import uuid
from collections import Counter

import structlog
from django.db import transaction

from documents.bucket.configured import configured_bucket
from documents.errors import DamagedCopy
from documents.events import delete_document
from documents.files.keys import manifest_key
from documents.files.storage import archive
from documents.models import Document, Tombstone
from documents.replication import manifest as manifests
from documents.replication.restore_document import Outcome, adopt
from documents.replication.sources import BucketSource, manifest_keys, tombstones

log = structlog.get_logger(__name__)


def catch_up(document_id: uuid.UUID) -> Outcome:
    """Take the bucket's version of the document. Raises DamagedCopy, BucketError, OSError,
    StorageFull."""
    target = configured_bucket()
    if target is None:
        return Outcome.KNOWN
    source, key = BucketSource(target), manifest_key(document_id)
    outcome = adopt(manifests.parsed(source.read(key), key), source)
    log.warning("another container's version taken", document=str(document_id), how=outcome.value)
    return outcome


def catch_up_since(moment: datetime.datetime) -> Counter[Outcome]:
    """Take in every document that was written to the bucket, and remove what was purged there, at
    `moment` (the bucket's clock) or later. Raises BucketError, OSError, StorageFull."""
    outcomes: Counter[Outcome] = Counter()
    target = configured_bucket()
    if target is None:
        return outcomes
    source = BucketSource(target, since=moment)
    for document_id in tombstones(source):
        if Document.objects.filter(id=document_id).exists():
            purge_after(document_id)
            outcomes[Outcome.PURGED] += 1
    for key in list(manifest_keys(source)):
        try:
            outcomes[adopt(manifests.parsed(source.read(key), key), source)] += 1
        except DamagedCopy as error:
            # Purged since it was listed, or for `archive verify` to tell.
            log.warning("document_not_taken_in", key=key, reason=error.detail)
    return outcomes


def purge_after(document_id: uuid.UUID) -> None:
    """The document was purged by another container: it goes here too."""
    with transaction.atomic():
        Tombstone.objects.get_or_create(document_id=document_id, defaults={"mirrored": True})
        delete_document(document_id)
    archive().delete_tree(f"documents/{document_id}")
    log.warning("purged by another container", document=str(document_id))
