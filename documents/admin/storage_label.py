"""Where a document is kept, in the words of the person who reads the page."""

from __future__ import annotations

from django.utils.translation import gettext as _

from documents.models import Document
from documents.replication.sync import storage_of


def place_of(document: Document) -> str:
    """ "" where there is only one place."""
    storage = storage_of(document)
    if storage == "mirrored":
        return _("on this disk and in the bucket")
    if storage == "mirror_pending":
        return _("on this disk; its copy in the bucket is being made")
    return ""
