"""Record how many pages a document has, or that its file can't be opened."""

from __future__ import annotations

from django.db import transaction

from documents.errors import ReadingError
from documents.events import commit_change, commit_reading_end
from documents.models import Page, Status
from documents.models.claim import TaskClaim
from documents.signals import announce, pages_waiting

#: Rows inserted by one statement: SQLite takes 250,000 variables at most, a page has 15.
BATCH = 1000


def record_page_count(claim: TaskClaim, page_count: int) -> None:
    """Create the page rows, so that they are read. Page rows that exist stay.

    Raises LeaseLost.
    """
    with transaction.atomic():
        document = claim.lock()
        document.page_count = page_count
        document.status = Status.PROCESSING
        document.end_task()
        commit_change(document)
        Page.objects.bulk_create(
            (Page(document=document, number=number) for number in range(1, page_count + 1)),
            batch_size=BATCH,
            ignore_conflicts=True,
        )
        announce(pages_waiting)


def fail_preparation(claim: TaskClaim, error: ReadingError) -> None:
    """Fail the document, or let the task be tried again: a transient error fails it only when the
    attempts are used up. Raises LeaseLost."""
    with transaction.atomic():
        document = claim.lock()
        document.task_lease.end(document)
        if error.permanent or claim.is_last_attempt:
            document.fail_whole(error)
            commit_reading_end(document)
        else:
            document.save_changed_fields()
