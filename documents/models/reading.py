"""What engines read on a page, and people's corrections. Rows of both are never changed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.models.fields import CompressedJSONField, FlagsField, Packed, digest_of
from documents.models.page import Page


class PageText(models.Model):
    """A page's text by an engine or a person. `layout` is `PageLayout.to_dict()`."""

    layout = CompressedJSONField()
    #: SHA-256 of the layout's JSON, by which its file in the archive is known.
    digest = models.CharField(max_length=64, default="", editable=False)
    #: When it was read or written. Not `auto_now_add`: a restored row has its original time.
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.digest:
            packed = isinstance(self.layout, Packed)
            self.digest = self.layout.digest if packed else digest_of(self.layout)
        super().save(*args, **kwargs)


class Reading(PageText):
    """One engine's reading of one page in one run; never changed.

    The boxes of its layout are px of its page image of `width` x `height`.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="readings")
    run = models.PositiveIntegerField()
    engine = models.CharField(_("engine"), max_length=20)
    engine_version = models.CharField(max_length=100, blank=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    dpi = models.FloatField()
    rotation = models.PositiveSmallIntegerField(default=0)
    confidence = models.FloatField(_("confidence"), null=True)
    #: The layout's, so that lists need not read layouts.
    flags = FlagsField()
    #: Pictures that the layout names: `[{"name", "sha256", "size"}]` (documents/files/figures.py).
    figures = models.JSONField(default=list, editable=False)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = (
            models.UniqueConstraint(fields=("page", "run"), name="one_reading_per_page_and_run"),
        )

    def __str__(self) -> str:
        return f"{self.page_id}: {self.engine}"


class PageRevision(PageText):
    """A person's correction of a page's text. `number` is the page's revision that it made."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    based_on = models.ForeignKey(Reading, on_delete=models.RESTRICT, related_name="+")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ("-number",)
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints = (
            models.UniqueConstraint(fields=("page", "number"), name="one_revision_per_number"),
        )

    def __str__(self) -> str:
        return f"{self.page_id}: {self.number}"


def find_base_reading(page: Page) -> Reading | None:
    """The reading whose page image the current text's boxes are of: the one that the correction is
    based on, else the newest."""
    return page.current_revision.based_on if page.current_revision else page.current_reading


def shows_reading(page: Page, reading: Reading) -> bool:
    """Whether the page's text that counts is that of `reading`."""
    return page.current_revision is None and page.current_reading_id == reading.id


def shows_correction_of(page: Page, reading: Reading) -> bool:
    """Whether the page's text that counts is a correction based on `reading`."""
    correction = page.current_revision
    return correction is not None and correction.based_on_id == reading.id
