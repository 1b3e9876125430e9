"""A document: one uploaded file, its state, and what may be said about it as a whole."""

from __future__ import annotations

import datetime
import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.errors import ArchiveError
from documents.models.change_tracking import ChangeTracking
from documents.models.fields import FlagsField
from documents.models.team import Team

#: "Never served": sorts before every real time, and needs no NULL in the index that claims use.
NEVER = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


class Status(models.TextChoices):
    QUEUED = "queued", _("queued")
    PROCESSING = "processing", _("being read")
    READY = "ready", _("ready")
    PARTIAL = "partial", _("partly read")
    FAILED = "failed", _("failed")


class ReviewStatus(models.TextChoices):
    UNREVIEWED = "unreviewed", _("not reviewed")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")


class OcrMode(models.TextChoices):
    AUTO = "auto", _("text layer first, else OCR")
    ALWAYS = "always", _("always OCR")
    NEVER = "never", _("text layer only")


class Task(models.TextChoices):
    """What a background process owes the document. In the row, so that no message can lose it."""

    NONE = "", "nothing"
    PREPARE = "prepare", "count its pages"
    FINISH = "finish", "assemble its results"


class Tag(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, related_name="tags", verbose_name=_("team")
    )
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        ordering = ("name",)
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = (
            models.UniqueConstraint(fields=("team", "name"), name="one_tag_per_name_in_a_team"),
        )

    def __str__(self) -> str:
        return self.name


class Document(ChangeTracking):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="documents", verbose_name=_("team")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    title = models.CharField(_("title"), max_length=500)
    filename = models.CharField(_("file name"), max_length=255, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    size = models.BigIntegerField(_("size"), editable=False, help_text="bytes")
    mime_type = models.CharField(_("file type"), max_length=100, editable=False)
    language = models.CharField(_("language"), max_length=8, blank=True, help_text="ISO 639-1")
    tags = models.ManyToManyField(Tag, blank=True, related_name="documents", verbose_name=_("tags"))

    # How it is to be read, and which reading of it this is. `run` rises when it is read again;
    # whatever was begun for an earlier run records nothing.
    ocr = models.CharField(
        _("reading"), max_length=6, choices=OcrMode.choices, default=OcrMode.AUTO
    )
    requested_engine = models.CharField(max_length=20, blank=True, editable=False)
    run = models.PositiveIntegerField(default=1, editable=False)

    # Where it stands. The counters change in the same transaction as the pages they count.
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.QUEUED, editable=False
    )
    page_count = models.PositiveIntegerField(_("pages"), null=True, editable=False)
    pages_done = models.PositiveIntegerField(_("pages done"), default=0, editable=False)
    pages_failed = models.PositiveIntegerField(_("pages failed"), default=0, editable=False)
    error_code = models.CharField(max_length=40, blank=True, editable=False)
    error_detail = models.TextField(blank=True, editable=False)
    error_page = models.PositiveIntegerField(null=True, editable=False)
    last_served_at = models.DateTimeField(default=NEVER, editable=False)

    # What a background process owes it, and who is at it (a lease with a fencing token).
    task = models.CharField(
        max_length=8, choices=Task.choices, default=Task.PREPARE, blank=True, editable=False
    )
    task_token = models.PositiveBigIntegerField(default=0, editable=False)
    task_lease_expires_at = models.DateTimeField(null=True, editable=False)
    task_attempts = models.PositiveIntegerField(default=0, editable=False)

    # What was read. `content_version` rises when any page's current text changes;
    # `results_version` is one more than the one that the result files show, 0 while there are none.
    engine = models.CharField(_("engine"), max_length=20, blank=True, editable=False)
    confidence = models.FloatField(_("confidence"), null=True, editable=False)
    #: What a reviewer should look at: every flag that a page's current text has.
    flags = FlagsField(_("what to look at"))
    content_version = models.PositiveIntegerField(default=0, editable=False)
    results_version = models.PositiveIntegerField(default=0, editable=False)

    review_status = models.CharField(
        _("review"),
        max_length=10,
        choices=ReviewStatus.choices,
        default=ReviewStatus.UNREVIEWED,
        editable=False,
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("reviewed by"),
    )
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, editable=False)

    # How far the copies outside of the database have come (documents/archive): the version that
    # the manifest on the disk shows, and the one that is in the bucket, whole; 0 where there is
    # none. Who writes them holds a lease, so that an older one never goes over a newer.
    manifest_version = models.PositiveIntegerField(default=0, editable=False)
    mirrored_version = models.PositiveIntegerField(default=0, editable=False)
    sync_token = models.PositiveBigIntegerField(default=0, editable=False)
    sync_lease_expires_at = models.DateTimeField(null=True, editable=False)
    #: SHA-256 and size (bytes) of each result file, by kind ("json", "md", "txt").
    result_files = models.JSONField(default=dict, editable=False)

    #: Rises with every change of anything about the document (design, section 6).
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)
    trashed_at = models.DateTimeField(_("in the trash since"), null=True, editable=False)

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = (
            models.UniqueConstraint(
                fields=("team", "sha256"), name="one_document_per_content_in_a_team"
            ),
        )
        indexes = (
            models.Index(fields=("status", "last_served_at"), name="document_to_serve"),
            models.Index(
                fields=("created_at",),
                condition=~models.Q(task=""),
                name="document_with_a_chore",
            ),
            models.Index(fields=("team", "-created_at", "-id"), name="document_of_a_team"),
            models.Index(fields=("-created_at", "-id"), name="document_newest_first"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_trashed(self) -> bool:
        return self.trashed_at is not None

    @property
    def has_results(self) -> bool:
        """Whether result files exist (they may be of an earlier reading or correction)."""
        return self.results_version > 0

    def fail_whole(self, error: ArchiveError) -> None:
        """Set, without saving: the document as a whole has failed, with the reason."""
        self.status = Status.FAILED
        self.task = Task.NONE
        self.set_error(error.code, error.detail, error.page)
        self.finished_at = timezone.now()

    def set_error(self, code: str, detail: str, page: int | None) -> None:
        self.error_code, self.error_detail, self.error_page = code, detail, page

    @property
    def progress(self) -> float | None:
        """Settled pages of all, 0 to 1; None while their number is unknown."""
        if not self.page_count:
            return None
        return (self.pages_done + self.pages_failed) / self.page_count
