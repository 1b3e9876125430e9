"""Load from the database what the entries of the index are made of."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import structlog

from documents.models import Document, Page, PageRevision, Reading
from documents.search.index.encoding import COVER, encode_source
from documents.search.index.entry import DocumentFacts
from documents.search.text.page_text import EMPTY, SearchText, extract_page_text
from documents.text.page_layout import PageLayout

log = structlog.get_logger(__name__)

#: Layouts in memory at a time: that of a dense page has some 100 KB, parsed a few times as much.
LAYOUT_BATCH = 50
#: The largest side of a page image, in px, that fits into a packed page.
_MAX_SIDE = 2**32 - 1


def load_facts(document_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, DocumentFacts]:
    """The facts of those that exist and are listed: newest editions, not in the trash."""
    documents = Document.objects.listed().filter(id__in=list(document_ids))
    return {
        document.id: DocumentFacts(
            document=document.id,
            team=document.team_id,
            title=document.title,
            filename=document.filename,
            tags=tuple(sorted(tag.name for tag in document.tags.all())),
            language=document.language,
            status=document.status,
            review_status=document.review_status,
            mime_type=document.mime_type,
            sha256=document.sha256,
            created_at=document.created_at,
            engines=tuple(sorted((each["engine"], each["version"]) for each in document.engines)),
            flags=tuple(sorted(document.flags)),
            confidence=document.confidence,
            origin=document.origin_kind,
            origin_name=document.origin_name,
        )
        for document in documents.prefetch_related("tags")
    }


def load_sources(document_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, dict[int, int]]:
    """The entries that each document should have: page number -> source, with a cover if the first
    page was not read."""
    document_ids = list(document_ids)
    found: dict[uuid.UUID, dict[int, int]] = {each: {} for each in document_ids}
    pages = Page.objects.filter(document__in=document_ids, current_reading__isnull=False)
    for document, number, reading, revision in pages.values_list(
        "document_id", "number", "current_reading_id", "current_revision_id"
    ):
        found[document][number] = encode_source(reading, revision)
    for numbers in found.values():
        if 1 not in numbers:
            numbers[COVER] = 0
    return found


def iter_texts(sources: Iterable[int]) -> Iterator[Mapping[int, SearchText]]:
    """Yield the texts of pages by source, one batch at a time. Sources deleted meanwhile are left
    out: their deletion is another change."""
    wanted = list(sources)
    for at in range(0, len(wanted), LAYOUT_BATCH):
        yield _load_texts(wanted[at : at + LAYOUT_BATCH])


def _load_texts(sources: list[int]) -> dict[int, SearchText]:
    found = {}
    for model, odd in ((Reading, 0), (PageRevision, 1)):
        ids = [source // 2 for source in sources if source % 2 == odd and source]
        if ids:
            for row, layout in _load_layouts(model, ids):
                found[2 * row + odd] = _parse_layout(row, layout)
    return found


def _load_layouts(model: type[Reading | PageRevision], ids: list[int]) -> list[tuple[int, Any]]:
    """`(id, layout)` of the rows that exist; None for a layout that cannot be unpacked."""
    rows = model._default_manager.values_list("id", "layout")
    try:
        return list(rows.filter(id__in=ids))
    except (zlib.error, ValueError):
        if len(ids) > 1:
            return [each for id_ in ids for each in _load_layouts(model, [id_])]
        return [(ids[0], None)]


def _parse_layout(row: int, layout: Any) -> SearchText:
    """The text of a layout; an empty one if the layout is invalid or has a newer format: one
    invalid page must not keep the others out of the index."""
    try:
        page = extract_page_text(PageLayout.from_dict(layout))
        if not (0 <= page.width <= _MAX_SIDE and 0 <= page.height <= _MAX_SIDE):
            raise ValueError(f"a page of {page.width} x {page.height} px")
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        log.error("search_page_rejected", reading=row, reason=repr(error))
        return EMPTY
    return page
