"""Record how many pages a document has, or that its file can't be opened."""

from __future__ import annotations

from django.db import transaction

from documents.actions.request_results import request_first_results
from documents.actions.skip_pages import count_skipped
from documents.errors import PagesOutOfRange, ReadingError
from documents.events import commit_change, commit_reading_end
from documents.messages import Message
from documents.models import Document, Page, PageStatus, Status
from documents.models.claim import TaskClaim
from documents.signals import announce, pages_waiting
from documents.text.page_ranges import ALL_PAGES, find_beyond, numbers_in, parse_ranges

#: Rows inserted by one statement: SQLite takes 250,000 variables at most, a page has 15.
BATCH = 1000


def record_page_count(claim: TaskClaim, page_count: int) -> None:
    """Create the page rows, so that those that were asked for are read. Page rows that exist stay.

    Where a page was asked for that there is not, none is read and the document fails: it says how
    many it has. Raises LeaseLost.
    """
    with transaction.atomic():
        document = claim.lock()
        document.page_count = page_count
        ranges = parse_ranges(document.requested_pages) if document.requested_pages else ()
        missing = find_beyond(ranges, page_count)
        wanted = set() if missing else set(numbers_in(ranges or ALL_PAGES, page_count))
        Page.objects.bulk_create(
            (
                Page(
                    document=document,
                    number=number,
                    status=PageStatus.PENDING if number in wanted else PageStatus.SKIPPED,
                )
                for number in range(1, page_count + 1)
            ),
            batch_size=BATCH,
            ignore_conflicts=True,
        )
        count_skipped(document)
        document.end_task()
        if missing:
            document.fail_whole(_out_of_range(document, missing))
            commit_reading_end(document)
        else:
            document.status = Status.PROCESSING
            # Of pages that were taken over (`carry_over`), or that a person gave up meanwhile.
            request_first_results(document)
            commit_change(document)
            announce(pages_waiting)


def _out_of_range(document: Document, page: int) -> PagesOutOfRange:
    return PagesOutOfRange(
        Message(
            "The pages {pages} were asked for, and the document has no page {page}: its last one "
            "is {count}. Have it read again with pages that it has.",
            pages=document.requested_pages,
            page=page,
            count=document.page_count,
        ),
        document=document.id,
    )


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
