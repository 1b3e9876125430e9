"""A claimed page could not be read."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone

from documents.actions.quarantine import quarantine_if_used_up
from documents.actions.request_results import request_first_results
from documents.errors import ArchiveError
from documents.events import commit_change
from documents.models import Document, Page
from documents.models.claim import PageClaim

#: How long a page waits after its n-th failed attempt: 5 s, 10 s, 20 s ...
RETRY_AFTER_SECONDS = 5


def fail_page(claim: PageClaim, error: ArchiveError) -> None:
    """Record that the page could not be read: for good, or until it is tried again in a while.

    Raises LeaseLost.
    """
    with transaction.atomic():
        document, page = claim.lock()
        final = error if error.permanent else quarantine_if_used_up(page, error.message)
        if final is not None:
            fail_for_good(document, page, final)
            return
        delay = RETRY_AFTER_SECONDS * 2 ** max(page.start_attempts - 1, 0)
        page.retry_at = timezone.now() + datetime.timedelta(seconds=delay)
        page.set_waiting(error)
        page.save_changed_fields()


def fail_for_good(document: Document, page: Page, error: ArchiveError) -> None:
    """The page has failed, whichever process had it; both rows are locked by the caller."""
    page.set_failed(error)
    page.save_changed_fields()
    document.pages_failed += 1
    request_first_results(document)
    commit_change(document)
