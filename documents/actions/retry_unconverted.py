"""Prepare the documents again that had no program to make their pages, now that there is one."""

from __future__ import annotations

import structlog

from documents.actions.reprocess import ALL, reprocess
from documents.errors import ArchiveError, ConverterMissing
from documents.models import Document

log = structlog.get_logger(__name__)


def retry_unconverted() -> int:
    """Call it where LibreOffice is installed. Returns how many documents are prepared again."""
    waiting = Document.objects.not_trashed().filter(error_code=ConverterMissing.code)
    done = 0
    for document_id in list(waiting.order_by("created_at").values_list("id", flat=True)):
        try:
            reprocess(document_id, actor=None, pages=ALL)
            done += 1
        except ArchiveError as error:
            log.info("retry_refused", document=str(document_id), code=error.code)
    return done
