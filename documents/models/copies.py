"""How far a document's copies outside of the database have come (documents/replication)."""

from __future__ import annotations

import datetime
from typing import ClassVar

from django.db import models

from documents.models.lease import LeaseFields


class Copies(models.Model):
    """The columns of `Document` about its copies.

    `manifest_version` is the version that the manifest on the disk shows, `mirrored_version` the
    one that is in the bucket, whole; 0 where there is none. A lease makes sure that an older copy
    never replaces a newer one.
    """

    #: Renewed between files. A worker that sends a single file for longer may lose its lease, and
    #: then writes no manifest.
    sync_lease: ClassVar = LeaseFields("sync_lease", datetime.timedelta(seconds=60))

    manifest_version = models.PositiveIntegerField(default=0, editable=False)
    mirrored_version = models.PositiveIntegerField(default=0, editable=False)
    sync_lease_token = models.PositiveBigIntegerField(default=0, editable=False)
    sync_lease_expires_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True
