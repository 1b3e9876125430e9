"""Where a document is stored, in the user's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from documents.models import Document
from documents.replication.sync import storage_state


def storage_label(document: Document) -> str:
    """Empty where there is only one place."""
    storage = storage_state(document)
    if storage == "mirrored":
        return _("on this disk and in the bucket")
    if storage == "mirror_pending":
        return _("on this disk; its copy in the bucket is being made")
    return ""
