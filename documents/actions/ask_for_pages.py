"""Have pages of a document read that nobody asked for yet: the same file was sent again."""

from __future__ import annotations

from django.db import transaction

from documents.actions.asked_for import parse_page_ranges
from documents.actions.reprocess import reprocess
from documents.errors import PagesOutOfRange
from documents.events import commit_change
from documents.messages import Message
from documents.models import Document, PageStatus, User
from documents.text.page_ranges import (
    ALL_PAGES,
    find_beyond,
    format_ranges,
    merge_ranges,
    numbers_in,
    ranges_of,
)


def ask_for_pages(document: Document, pages: str, *, actor: User | None) -> Document:
    """`pages`: ranges, "" for all. Those that were asked for before stay as they are.

    Raises PagesOutOfRange, and what `reprocess` raises.
    """
    ranges = parse_page_ranges(pages) if pages else ALL_PAGES
    if document.page_count is None:
        return _ask_before_counting(document, pages)
    missing = find_beyond(ranges, document.page_count)
    if missing is not None:
        message = Message(
            "The document has no page {page}: its last one is {count}.",
            page=missing,
            count=document.page_count,
        )
        raise PagesOutOfRange(message, document=document.id)
    if not document.pages_skipped:
        return document
    skipped = document.pages.filter(
        status=PageStatus.SKIPPED, number__in=set(numbers_in(ranges, document.page_count))
    )
    numbers = list(skipped.values_list("number", flat=True))
    if not numbers:
        return document
    return reprocess(document.id, actor=actor, pages=format_ranges(ranges_of(numbers)))


def _ask_before_counting(document: Document, pages: str) -> Document:
    """Prepare finds all that was asked for."""
    if not document.requested_pages:
        return document
    with transaction.atomic():
        document = Document.objects.lock(document.id)
        if document.page_count is not None or not document.requested_pages:
            return document
        before = parse_page_ranges(document.requested_pages)
        both = merge_ranges([*before, *parse_page_ranges(pages)]) if pages else ()
        if format_ranges(both) != document.requested_pages:
            document.requested_pages = format_ranges(both)
            commit_change(document)
    return document
