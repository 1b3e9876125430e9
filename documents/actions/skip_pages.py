"""Count the pages of a document that nobody asked for, and say which ones were asked for."""

from __future__ import annotations

from documents.models import Document, PageStatus
from documents.text.page_ranges import format_ranges, ranges_of


def count_skipped(document: Document) -> None:
    """Set, without saving: how many pages are not to be read, and which are, by the page rows.

    `requested_pages` stays as it is where all pages are skipped: it names none that there is.
    """
    document.pages_skipped = document.pages.filter(status=PageStatus.SKIPPED).count()
    if not document.pages_skipped:
        document.requested_pages = ""
    elif document.pages_skipped != document.page_count:
        numbers = document.pages.asked_for().values_list("number", flat=True)
        document.requested_pages = format_ranges(ranges_of(numbers))
