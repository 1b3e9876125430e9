"""A page of a document: the unit of reading, leased to one reader at a time."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.models.document import Document
from documents.text.page_layout import PageLayout

if TYPE_CHECKING:
    from documents.models.reading import Reading


class PageStatus(models.TextChoices):
    PENDING = "pending", _("waiting")
    RUNNING = "running", _("being read")
    DONE = "done", _("read")
    FAILED = "failed", _("failed")


class Page(models.Model):
    """`lease_token` rises with every claim (a fencing token): what an earlier claim's holder
    still sends is refused. `attempts` counts readings begun since the page was last queued by a
    person, `start_attempts` those within one supervisor's start_id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField(_("page"))
    status = models.CharField(
        _("status"), max_length=8, choices=PageStatus.choices, default=PageStatus.PENDING
    )

    lease_token = models.PositiveBigIntegerField(default=0)
    lease_owner = models.CharField(max_length=100, blank=True)
    lease_expires_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    start_id = models.UUIDField(null=True)
    start_attempts = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)

    error_code = models.CharField(max_length=40, blank=True)
    error_detail = models.TextField(blank=True)

    current_reading = models.ForeignKey(
        "documents.Reading", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    current_revision = models.ForeignKey(
        "documents.PageRevision", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    #: How often what the page says, or offers, has changed since it was first read: a correction
    #: names the one it saw.
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("document", "number")
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        constraints = (
            models.UniqueConstraint(fields=("document", "number"), name="one_page_per_number"),
        )
        indexes = (
            models.Index(fields=("document", "status", "number"), name="page_to_claim"),
            models.Index(
                fields=("lease_expires_at",),
                condition=models.Q(status=PageStatus.RUNNING),
                name="page_leased",
            ),
        )

    def __str__(self) -> str:
        return f"{self.document_id} / {self.number}"

    @property
    def layout(self) -> PageLayout | None:
        """The text that counts: a person's correction, else the newest reading, else None."""
        source = self.current_revision or self.current_reading
        return PageLayout.from_dict(source.layout) if source else None

    def shows_reading(self, reading: Reading) -> bool:
        """Whether the text that counts is that of `reading`."""
        return self.current_revision is None and self.current_reading_id == reading.id

    def shows_correction_of(self, reading: Reading) -> bool:
        """Whether the text that counts is a correction based on `reading`."""
        correction = self.current_revision
        return correction is not None and correction.based_on_id == reading.id

    @property
    def newer_reading(self) -> bool:
        """Whether a newer reading stands beside the correction that is current."""
        return (
            self.current_revision is not None
            and self.current_revision.based_on_id != self.current_reading_id
        )
