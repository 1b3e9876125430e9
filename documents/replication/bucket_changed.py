"""A change of the bucket: nothing is known to be in the new one."""

from __future__ import annotations

import structlog
from django.db import transaction

from documents.bucket.settings import BucketAddress
from documents.models import ArchiveIdentity, Document, MirroredFile, Tombstone
from documents.models.identity import identity

log = structlog.get_logger(__name__)


def forget_mirror_if_bucket_changed(address: BucketAddress) -> bool:
    """Mark everything as not mirrored if the archive was mirrored to another bucket than `address`.

    Returns whether it was, or to none. Safe to call at every start.
    """
    name = f"{address.endpoint}/{address.name}"[:500]
    identity()
    with transaction.atomic():
        known = ArchiveIdentity.objects.select_for_update().get(id=1)
        if known.mirrored_to == name:
            return False
        MirroredFile.objects.all().delete()
        Document.objects.exclude(mirrored_version=0).update(mirrored_version=0)
        Tombstone.objects.filter(mirrored=True).update(mirrored=False)
        if known.mirrored_to:
            log.warning("bucket_changed", before=known.mirrored_to, now=name)
        known.mirrored_to = name
        known.save(update_fields=["mirrored_to"])
    return True
