"""Restore documents that another container of this archive changed in the bucket.

Two containers that overlap (a platform starts the new one before it stops the old) have a database
each and one bucket. The one that wrote there first wins; the other's change of the same document
was never reported as mirrored, and gives way.
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
from documents.files.keys import document_prefix, manifest_key
from documents.files.storage import archive
from documents.models import Document, Tombstone
from documents.replication.manifest import parse_manifest
from documents.replication.restore_document import Outcome, restore_document
from documents.replication.sources import BucketSource, list_manifests, list_purged_documents

log = structlog.get_logger(__name__)


def pull_document(document_id: uuid.UUID) -> Outcome:
    """Restore the bucket's version of the document.

    Raises DamagedCopy, BucketError, OSError, StorageFull.
    """
    target = configured_bucket()
    if target is None:
        return Outcome.KNOWN
    source, key = BucketSource(target), manifest_key(document_id)
    outcome = restore_document(parse_manifest(source.read(key), key), source)
    log.warning("document_pulled", document=str(document_id), outcome=outcome.name.lower())
    return outcome


def pull_changes_since(moment: datetime.datetime) -> Counter[Outcome]:
    """Restore every document written to the bucket at `moment` (by the bucket's clock) or later,
    and delete those purged there since.

    Raises BucketError, OSError, StorageFull.
    """
    outcomes: Counter[Outcome] = Counter()
    target = configured_bucket()
    if target is None:
        return outcomes
    source = BucketSource(target, since=moment)
    for document_id in list_purged_documents(source):
        if Document.objects.filter(id=document_id).exists():
            delete_purged_document(document_id)
            outcomes[Outcome.PURGED] += 1
    for key in list(list_manifests(source)):
        try:
            outcomes[restore_document(parse_manifest(source.read(key), key), source)] += 1
        except DamagedCopy as error:
            # Purged since it was listed; any other damage is for `archive verify` to report.
            log.warning("document_not_pulled", key=key, code=error.code, reason=error.detail)
    return outcomes


def delete_purged_document(document_id: uuid.UUID) -> None:
    """Delete here a document that another container has purged."""
    with transaction.atomic():
        Tombstone.objects.get_or_create(document_id=document_id, defaults={"mirrored": True})
        delete_document(document_id)
    archive().delete_tree(document_prefix(document_id))
    log.warning("document_purged_by_peer", document=str(document_id))
