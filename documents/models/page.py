"""A page of a document: the unit of reading, leased to one OCR worker at a time."""

from __future__ import annotations

import datetime
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.errors import ArchiveError, NotFound, PageChanged
from documents.messages import Message
from documents.models.change_tracking import ChangeTracking
from documents.models.document import Document
from documents.models.lease import Leased, LeaseFields
from documents.models.recognition import Status
from documents.models.stored_error import StoredError
from documents.text.page_layout import PageLayout


class PageStatus(models.TextChoices):
    PENDING = "pending", _("waiting")
    RUNNING = "running", _("being read")
    DONE = "done", _("read")
    FAILED = "failed", _("failed")
    #: Nobody asked for it; it can be read later.
    SKIPPED = "skipped", _("not asked for")


class PageQuerySet(models.QuerySet["Page"]):
    def with_text(self) -> PageQuerySet:
        """With what `layout` and `find_base_reading` look up, in the same query."""
        return self.select_related("current_reading", "current_revision__based_on")

    def get_numbered(self, document: Document, number: int) -> Page:
        """The page of `document` with this number. Raises NotFound."""
        try:
            return self.get(document=document, number=number)
        except Page.DoesNotExist:
            raise NotFound(
                Message("The document has no page {page}.", page=number),
                document=document.id,
                page=number,
            ) from None

    def get_in_revision(self, document: Document, number: int, revision: int) -> Page:
        """The page, if its revision is the one that the caller saw. Raises NotFound, Conflict."""
        page = self.get_numbered(document, number)
        if page.revision != revision:
            raise PageChanged.of_page(document.id, number, revision=page.revision, seen=revision)
        return page

    def running(self) -> PageQuerySet:
        return self.filter(status=PageStatus.RUNNING)

    def failed(self) -> PageQuerySet:
        return self.filter(status=PageStatus.FAILED)

    def asked_for(self) -> PageQuerySet:
        """All but those that nobody wants read."""
        return self.exclude(status=PageStatus.SKIPPED)

    def unfinished(self) -> PageQuerySet:
        """Those that wait or are being read."""
        return self.filter(status__in=(PageStatus.PENDING, PageStatus.RUNNING))

    def waiting(self) -> PageQuerySet:
        """Those that could be read now if their document is being read."""
        rested = Q(retry_at=None) | Q(retry_at__lte=timezone.now())
        return self.filter(rested, status=PageStatus.PENDING)

    def without_language(self) -> PageQuerySet:
        """Those that were read before their language was looked for."""
        return self.filter(language=None, status=PageStatus.DONE)

    def claimable(self) -> PageQuerySet:
        """Those that wait, of documents that are being read."""
        return self.waiting().filter(document__status=Status.PROCESSING, document__trashed_at=None)


class Page(Leased, StoredError, ChangeTracking):
    """`attempts` counts the readings that started since a person last queued the page,
    `start_attempts` those within one start of the site (`start_id`)."""

    #: Renewed while the page is read; one that expires has lost its worker.
    lease: ClassVar = LeaseFields("lease", datetime.timedelta(seconds=30))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField(_("page"))
    status = models.CharField(
        _("status"), max_length=8, choices=PageStatus.choices, default=PageStatus.PENDING
    )

    lease_owner = models.CharField(max_length=100, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    start_id = models.UUIDField(null=True)
    start_attempts = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)

    current_reading = models.ForeignKey(
        "documents.Reading", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    current_revision = models.ForeignKey(
        "documents.PageRevision", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    #: How often what the page says, or offers, has changed since it was first read: a correction
    #: names the one that its author saw.
    revision = models.PositiveIntegerField(default=0)

    #: The language that most of its text is in (ISO 639-1): "" where that is not clear, None where
    #: nobody has looked yet.
    language = models.CharField(max_length=8, null=True, editable=False)  # noqa: DJ001

    #: What reviewers said of the page's doubts, by the doubts' ids (documents/review/answers.py).
    answers = models.JSONField(default=dict, editable=False)
    #: How many of its doubts have no answer; None where that has not been counted.
    open_doubts = models.PositiveIntegerField(null=True, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )

    objects = PageQuerySet.as_manager()

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
            models.Index(
                fields=("id",),
                condition=models.Q(language=None, status=PageStatus.DONE),
                name="page_without_language",
            ),
        )

    def __str__(self) -> str:
        return f"{self.document_id} / {self.number}"

    @property
    def layout(self) -> PageLayout | None:
        """The current text: a person's correction, else the newest reading, else None."""
        source = self.current_revision or self.current_reading
        return PageLayout.from_dict(source.layout) if source else None

    @property
    def newer_reading(self) -> bool:
        """Whether a newer reading stands beside the correction that is current."""
        return (
            self.current_revision is not None
            and self.current_revision.based_on_id != self.current_reading_id
        )

    def forget_review(self) -> None:
        """Set, without saving: its text is another one, which nobody has looked at."""
        self.answers, self.open_doubts = {}, None
        self.checked_at = self.checked_by = None

    def set_waiting(self, error: ArchiveError | None = None) -> None:
        """Set, without saving: the page waits again; the error is that of the last attempt."""
        self.status = PageStatus.PENDING
        self._end_lease(error)

    def set_done(self) -> None:
        """Set, without saving: the page is read; `current_reading` is what was read on it."""
        self.status = PageStatus.DONE
        self.retry_at = None
        self._end_lease()

    def set_failed(self, error: ArchiveError) -> None:
        """Set, without saving: the page has failed for good."""
        self.status = PageStatus.FAILED
        self.retry_at = None
        self._end_lease(error)

    def _end_lease(self, error: ArchiveError | None = None) -> None:
        self.lease.end(self)
        self.lease_owner = ""
        self.set_error(error)
