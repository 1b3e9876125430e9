"""The error with which a document or page failed, in its row."""

from __future__ import annotations

from typing import Any

from django.db import models

from documents.errors import ArchiveError, error_class
from documents.messages import Message, message_from_json, verbatim


class StoredError(models.Model):
    """`error_code` is "" where there is no error. `error_detail` is its message in English, for
    programs; `error_message` is the message itself (`Message.to_json`), for readers of any
    language."""

    error_code = models.CharField(max_length=40, blank=True, editable=False)
    error_detail = models.TextField(blank=True, editable=False)
    error_message = models.JSONField(null=True, editable=False)

    class Meta:
        abstract = True

    def set_error(self, error: ArchiveError | StoredError | None) -> None:
        """Set, without saving: this error, the one of another row, or none."""
        for name, value in error_fields(error).items():
            setattr(self, name, value)

    @property
    def error_text(self) -> Message:
        """The message; the title of its class where the row has none."""
        if self.error_message:
            return message_from_json(self.error_message)
        if self.error_detail:
            return verbatim(self.error_detail)
        cls = error_class(self.error_code)
        return Message(cls.title) if cls else verbatim(self.error_code)


def error_fields(error: ArchiveError | StoredError | None) -> dict[str, Any]:
    """The values of the fields of `StoredError` for `error`, as `QuerySet.update` takes them."""
    if isinstance(error, StoredError):
        return {
            "error_code": error.error_code,
            "error_detail": error.error_detail,
            "error_message": error.error_message,
        }
    return {
        "error_code": error.code if error else "",
        "error_detail": error.detail if error else "",
        "error_message": error.message.to_json() if error else None,
    }
