"""What decides whether and when a document in the trash is deleted for good."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.errors import OnHold
from documents.messages import Message

REASON_LENGTH = 500


class Keeping(models.Model):
    """The columns of `Document` about its legal hold, and about its deletion from the trash.

    While `held_at` is set, nothing deletes the document for good. `purge_at`: when a person's
    order to delete it is carried out; until then it can be taken back. It is in no manifest: a
    restored document waits for a new order.
    """

    held_at = models.DateTimeField(_("on legal hold since"), null=True, editable=False)
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("held by"),
    )
    hold_reason = models.CharField(
        _("reason of the hold"), max_length=REASON_LENGTH, blank=True, editable=False
    )
    purge_at = models.DateTimeField(_("deleted for good at"), null=True, editable=False)
    purge_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
    )

    class Meta:
        abstract = True

    @property
    def is_held(self) -> bool:
        return self.held_at is not None

    def refuse_if_held(self) -> None:
        """Raises OnHold."""
        if self.is_held:
            raise OnHold(
                Message(
                    "“{title}” is on legal hold, so it is not deleted. A manager of its team can "
                    "lift the hold.",
                    title=self.title,  # type: ignore[attr-defined]
                ),
                document=self.id,  # type: ignore[attr-defined]
            )

    def clear_purge(self) -> None:
        """Set, without saving: nobody has ordered that it is deleted for good."""
        self.purge_at = self.purge_by = None
