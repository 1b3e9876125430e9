"""A person's decision about what was read."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.models.team import User


class ReviewStatus(models.TextChoices):
    UNREVIEWED = "unreviewed", _("not reviewed")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")


class Review(models.Model):
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

    class Meta:
        abstract = True

    def set_review(self, status: ReviewStatus, by: User | None) -> None:
        """Set, without saving."""
        self.review_status, self.reviewed_by, self.reviewed_at = status, by, timezone.now()

    def clear_review(self) -> None:
        """Set, without saving: the document is unreviewed again."""
        self.review_status = ReviewStatus.UNREVIEWED
        self.reviewed_by = self.reviewed_at = None
