"""Another bucket: what the archive knows to be in the one before is not in this one."""

from __future__ import annotations

import structlog
from django.db import transaction

from documents.bucket.settings import BucketAddress
from documents.models import ArchiveIdentity, Document, MirroredFile, Tombstone
from documents.models.identity import identity

log = structlog.get_logger(__name__)


def mirror_anew_if_moved(address: BucketAddress) -> bool:
    """Where the archive was mirrored to another bucket than `address`, or to none, everything is
    to be mirrored again; returns whether it was. Safe to call at every start."""
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
            log.warning("another bucket; everything is mirrored to it", before=known.mirrored_to,
                        now=name)  # fmt: skip
        known.mirrored_to = name
        known.save(update_fields=["mirrored_to"])
    return True
