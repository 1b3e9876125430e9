"""What happened to a document: written in the transaction that made it happen."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.models.document import Document


class EventKind(models.TextChoices):
    UPLOADED = "document.uploaded", _("uploaded")
    READ = "document.read", _("reading finished")
    REPROCESSED = "document.reprocessed", _("to be read again")
    EDITED = "document.edited", _("details changed")
    CORRECTED = "page.corrected", _("text corrected")
    READING_ACCEPTED = "page.reading_accepted", _("newer reading accepted")
    APPROVED = "document.approved", _("approved")
    REJECTED = "document.rejected", _("rejected")
    MOVED = "document.moved", _("moved to another team")
    SPLIT = "document.split", _("to be split")
    ARRANGED = "document.arranged", _("pages arranged")
    PROMOTED = "document.promoted", _("made the newest version again")
    POSTPONED = "review.postponed", _("review postponed")
    ASSIGNED = "review.assigned", _("review assigned")
    TRASHED = "document.trashed", _("moved to the trash")
    RESTORED = "document.restored", _("taken out of the trash")
    HELD = "document.held", _("put on legal hold")
    RELEASED = "document.released", _("legal hold lifted")
    REPLACED = "document.replaced", _("replaced by a newer version")
    MATCHED = "search.matched", _("found by a saved search")
    ADOPTED = "document.adopted", _("taken in from the archive’s copy")


class Event(models.Model):
    """`data` is small and describes the change; `actor` is None for what the system did."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("what"), max_length=40, choices=EventKind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("who"),
    )
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self) -> str:
        return self.kind
