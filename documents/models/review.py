"""A person's decision about what was read, and the work towards it."""

from __future__ import annotations

import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.models.lease import LeaseFields
from documents.models.team import Team, User


class ReviewStatus(models.TextChoices):
    UNREVIEWED = "unreviewed", _("not reviewed")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")


class ReviewReason(models.TextChoices):
    """Which rule of its team sends a document to review."""

    #: The team has no rules: its flags alone decide.
    UNDECIDED = "", _("flags")
    FLAGGED = "flagged", _("flags")
    CONFIDENCE = "confidence", _("little certainty")
    SAMPLE = "sample", _("sample")
    #: The team's rules need no look at it.
    NONE = "none", _("nothing to look at")


#: Characters of a note to a postponed or rejected document.
NOTE_LENGTH = 500


class ReviewWork(models.Model):
    """The columns of `Document` about the work on its review.

    A reviewer has a document for themselves while their lease lasts; their work renews it. What
    others save meanwhile is not refused: answers merge.
    """

    #: Renewed by every answer; one that expires may be taken over.
    review_lease: ClassVar = LeaseFields("review_lease", datetime.timedelta(minutes=10))

    review_lease_token = models.PositiveBigIntegerField(default=0, editable=False)
    review_lease_expires_at = models.DateTimeField(null=True, editable=False)
    review_lease_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    #: When the holder of the lease began.
    review_started_at = models.DateTimeField(null=True, editable=False)

    review_reason = models.CharField(
        _("why it is to be reviewed"),
        max_length=10,
        choices=ReviewReason.choices,
        default=ReviewReason.UNDECIDED,
        blank=True,
        editable=False,
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("assigned to"),
    )
    postponed_until = models.DateTimeField(_("postponed until"), null=True, editable=False)
    #: Why it was postponed, or rejected.
    review_note = models.CharField(_("note"), max_length=NOTE_LENGTH, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def review_holder(self) -> User | None:
        """Who is reviewing it now."""
        expires_at = self.review_lease_expires_at
        held = expires_at is not None and expires_at >= timezone.now()
        return self.review_lease_by if held else None

    def end_review_lease(self) -> None:
        """Set, without saving: nobody is reviewing it."""
        self.review_lease.end(self)
        self.review_lease_by = self.review_started_at = None


class Review(ReviewWork):
    """The columns of `Document` about its review."""

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
    #: How long the reviewer had it before the decision; None where they had no lease.
    review_seconds = models.PositiveIntegerField(null=True, editable=False)

    class Meta:
        abstract = True

    def set_review(self, status: ReviewStatus, by: User | None, note: str = "") -> None:
        """Set, without saving. The work on the review ends with it."""
        now = timezone.now()
        self.review_seconds = None
        if by is not None and self.review_lease_by_id == by.pk and self.review_started_at:
            self.review_seconds = max(int((now - self.review_started_at).total_seconds()), 0)
        self.review_status, self.reviewed_by, self.reviewed_at = status, by, now
        self.review_note, self.postponed_until = note, None
        self.end_review_lease()

    def clear_review(self) -> None:
        """Set, without saving: the document is unreviewed again."""
        self.review_status = ReviewStatus.UNREVIEWED
        self.reviewed_by = self.reviewed_at = self.review_seconds = None
        self.review_note, self.postponed_until = "", None


class ReviewRules(models.Model):
    """What of a team's documents goes to review. A team without a row: what is flagged."""

    team = models.OneToOneField(
        Team, on_delete=models.CASCADE, primary_key=True, related_name="review_rules"
    )
    flagged = models.BooleanField(default=True)
    #: Documents whose confidence (0 to 1) is below; None: whatever it is.
    below_confidence = models.FloatField(null=True)
    #: Percent of all documents, chosen at random.
    sample_percent = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("rules of review")
        verbose_name_plural = _("rules of review")

    def __str__(self) -> str:
        return str(self.team_id)
