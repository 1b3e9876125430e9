"""What the database records about the copies outside of it: manifests and the bucket."""

from __future__ import annotations

import secrets
import uuid

from django.db import models

from documents.models.document import Document


def new_salt() -> str:
    """256 bits, base64url."""
    return secrets.token_urlsafe(32)


class ArchiveIdentity(models.Model):
    """The one row that says which archive this is. It goes wherever the database goes.

    `secret_salt`: with the bucket's secret key it gives Django's secret key, so that sessions
    survive a container, and reading the database alone does not give them away (design,
    section 3). `mirrored_to`: the bucket that the mirror's bookkeeping speaks of.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    archive = models.UUIDField(default=uuid.uuid4, editable=False)
    secret_salt = models.CharField(max_length=64, default=new_salt, editable=False)
    #: When the administrator was through with setting up, or did not want to.
    set_up_at = models.DateTimeField(null=True, editable=False)
    mirrored_to = models.CharField(max_length=500, blank=True, editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(id=1), name="one_archive_in_a_database"),
        )

    def __str__(self) -> str:
        return str(self.archive)


class MirroredFile(models.Model):
    """A file of a document that is in the bucket; `digest` is its SHA-256, "" for a derived one
    (a page image), which its name describes."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="mirrored_files")
    key = models.CharField(max_length=400)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("document", "key"), name="one_row_per_mirrored_file"),
        )

    def __str__(self) -> str:
        return self.key


class Tombstone(models.Model):
    """A document that was purged: no copy of it is ever restored."""

    document_id = models.UUIDField(primary_key=True)
    purged_at = models.DateTimeField(auto_now_add=True)
    mirrored = models.BooleanField(default=False)
    #: Its objects in the bucket: an access key may be allowed to delete and not to list.
    keys = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.document_id)
