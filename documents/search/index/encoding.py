"""Numbers that stand for documents and texts in the columns of the index."""

from __future__ import annotations

import datetime
import uuid

#: The page number of the entry for a document whose first page was not read.
COVER = 0
#: Tantivy aggregates columns as doubles, exact up to 2^53.
EXACT_RANGE = 2**52
_MAX_PAGES = 2**20


def encode_source(reading_id: int | None, revision_id: int | None) -> int:
    """Encode where a page's text comes from: a correction as an odd number, else a reading as an
    even one. Unique among all pages; 0 for neither."""
    return 2 * revision_id + 1 if revision_id else 2 * (reading_id or 0)


def encode_document(document_id: uuid.UUID) -> int:
    """Shorten a document's id to a number that a column stores exactly."""
    return document_id.int % EXACT_RANGE


def encode_order(created_at: datetime.datetime, page_number: int) -> int:
    """Encode the order by date, descending: the newest document first, in it the first page first.
    To the millisecond, so that documents uploaded together are not mixed."""
    milliseconds = max(int(created_at.timestamp() * 1000), 0)
    return milliseconds * _MAX_PAGES + _MAX_PAGES - 1 - min(page_number, _MAX_PAGES - 1)
