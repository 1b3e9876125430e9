"""A file made from a document because somebody asked for it: a searchable PDF, ALTO, DOCX."""

from __future__ import annotations

import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone

from documents.models.document import Document
from documents.models.lease import Leased, LeaseFields
from documents.models.stored_error import StoredError


class ExportStatus(models.TextChoices):
    WAITING = "waiting", "waiting"
    READY = "ready", "ready"
    FAILED = "failed", "failed"


class ExportQuerySet(models.QuerySet["Export"]):
    def to_make(self) -> ExportQuerySet:
        """Those that a background worker may begin now."""
        return self.filter(Export.lease.is_free(), status=ExportStatus.WAITING)


class Export(Leased, StoredError):
    """Derived, and kept on this machine's disk until nobody has asked for it for a while.

    `kind`: a key of `exports.export_kinds.EXPORT_TYPES`. `variant`: what was asked for besides
    (`exports.options`), "" for the whole document. `content_version`: the document's whose text it
    shows, or is to show. `size` in bytes.
    """

    #: Renewed page by page; one that expires has lost its process.
    lease: ClassVar = LeaseFields("lease", datetime.timedelta(seconds=60))

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="exports")
    kind = models.CharField(max_length=20)
    variant = models.CharField(max_length=300, blank=True)
    status = models.CharField(
        max_length=7, choices=ExportStatus.choices, default=ExportStatus.WAITING
    )
    content_version = models.PositiveIntegerField()
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(default=timezone.now)

    objects = ExportQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("document", "kind", "variant"), name="one_export_per_kind_and_variant"
            ),
        )
        indexes = (
            models.Index(
                fields=("changed_at",),
                condition=models.Q(status="waiting"),
                name="export_to_make",
            ),
            models.Index(fields=("used_at",), name="export_unused"),
        )

    def __str__(self) -> str:
        return f"{self.document_id}: {self.kind} {self.variant}"
