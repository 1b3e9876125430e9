"""Have every document that failed for one reason read again: after what caused it is mended."""

from __future__ import annotations

import structlog

from documents import access
from documents.actions.reprocess import FAILED, reprocess
from documents.errors import ArchiveError
from documents.models import User

log = structlog.get_logger(__name__)

#: Documents that one call sends back at most.
MOST = 500


def retry_failures(code: str, *, actor: User, most: int = MOST) -> int:
    """Those that `actor` may see and have read again, the oldest first; only pages that failed are
    read. Returns how many documents are read again; one that can't be is left out."""
    failed = access.visible_to(actor).listed().filter(error_code=code).exclude(error_code="")
    done = 0
    for document_id in list(failed.order_by("finished_at").values_list("id", flat=True)[:most]):
        try:
            reprocess(document_id, actor=actor, pages=FAILED)
        except ArchiveError as error:
            log.info("retry_refused", document=str(document_id), code=error.code)
        else:
            done += 1
    return done
