"""What a document holds besides its pages: files that became documents, the head of a message."""

from __future__ import annotations

from typing import Any

from django.db import models

MESSAGE_ID_LENGTH = 500


class Held(models.Model):
    """The columns of `Document` about it.

    `member_count`: documents that came of its files (`Member`), which may be trashed since.
    `message_id`: a message's Message-ID without brackets, "" for none and for other files. `mail`:
    None for other files, else `{"from", "to", "cc", "subject", "date"}`, texts; the date ISO 8601
    or "".
    """

    member_count = models.PositiveIntegerField(default=0, editable=False)
    message_id = models.CharField(max_length=MESSAGE_ID_LENGTH, blank=True, editable=False)
    mail = models.JSONField(null=True, editable=False)

    class Meta:
        abstract = True

    def set_mail(self, message_id: str, head: dict[str, Any]) -> None:
        """Set, without saving."""
        self.message_id = message_id[:MESSAGE_ID_LENGTH]
        self.mail = head
