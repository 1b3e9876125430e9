"""What engines read on a page, and what people made of it. Both are only ever added to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.models.fields import CompressedJSONField
from documents.models.page import Page


class Reading(models.Model):
    """One engine's reading of one page in one run; never changed.

    `layout` is `PageLayout.to_dict()`; its boxes are px of this reading's page image of
    `width` x `height`.
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
    layout = CompressedJSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = (
            models.UniqueConstraint(fields=("page", "run"), name="one_reading_per_page_and_run"),
        )

    def __str__(self) -> str:
        return f"{self.page_id}: {self.engine}"


class PageRevision(models.Model):
    """A person's correction of a page's text. `number` counts from 1 on its page."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    based_on = models.ForeignKey(Reading, on_delete=models.RESTRICT, related_name="+")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    layout = CompressedJSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-number",)
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints = (
            models.UniqueConstraint(fields=("page", "number"), name="one_revision_per_number"),
        )

    def __str__(self) -> str:
        return f"{self.page_id}: {self.number}"
