"""What the database says of documents, as entries of the index."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import structlog

from documents.models import Document, Page, PageRevision, Reading
from documents.search.index.schema import COVER, Facts, source_of
from documents.search.text.page_text import EMPTY, SearchText, extract_page_text
from documents.text.page_layout import PageLayout

log = structlog.get_logger(__name__)

#: Layouts that are in memory at a time: a dense page's has some 100 KB, parsed a few times that.
LAYOUTS_AT_ONCE = 50
#: Pixels of a page image's side that the index has room for.
_LARGEST = 2**32 - 1


def facts_of(document_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Facts]:
    """The documents among these that can be found: those in the trash can't."""
    documents = Document.objects.filter(id__in=list(document_ids), trashed_at=None)
    return {
        document.id: Facts(
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
        )
        for document in documents.prefetch_related("tags")
    }


def sources_of(document_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, dict[int, int]]:
    """Of each document, what its entries are made of: page number -> source. A cover is among
    them where the first page was not read."""
    document_ids = list(document_ids)
    found: dict[uuid.UUID, dict[int, int]] = {each: {} for each in document_ids}
    pages = Page.objects.filter(document__in=document_ids, current_reading__isnull=False)
    for document, number, reading, revision in pages.values_list(
        "document_id", "number", "current_reading_id", "current_revision_id"
    ):
        found[document][number] = source_of(reading, revision)
    for numbers in found.values():
        if 1 not in numbers:
            numbers[COVER] = 0
    return found


def texts_of(sources: Iterable[int]) -> Iterator[Mapping[int, SearchText]]:
    """The pages' texts by their source, a few at a time. Those that are gone meanwhile are left
    out: what removed them is a change by itself."""
    wanted = list(sources)
    for at in range(0, len(wanted), LAYOUTS_AT_ONCE):
        yield _texts(wanted[at : at + LAYOUTS_AT_ONCE])


def _texts(sources: list[int]) -> dict[int, SearchText]:
    found = {}
    for model, odd in ((Reading, 0), (PageRevision, 1)):
        ids = [source // 2 for source in sources if source % 2 == odd and source]
        if ids:
            for row, layout in _layouts(model, ids):
                found[2 * row + odd] = _text(row, layout)
    return found


def _layouts(model: type[Reading | PageRevision], ids: list[int]) -> list[tuple[int, Any]]:
    """`(id, layout)` of the rows that are there; None for a layout that can't be unpacked."""
    rows = model._default_manager.values_list("id", "layout")
    try:
        return list(rows.filter(id__in=ids))
    except (zlib.error, ValueError):
        if len(ids) > 1:
            return [each for id_ in ids for each in _layouts(model, [id_])]
        return [(ids[0], None)]


def _text(row: int, layout: Any) -> SearchText:
    """Nothing where the layout makes no sense, or is a newer program's: one page that can't be
    understood must not keep all others from being found."""
    try:
        page = extract_page_text(PageLayout.from_dict(layout))
        if not (0 <= page.width <= _LARGEST and 0 <= page.height <= _LARGEST):
            raise ValueError(f"a page of {page.width} x {page.height} px")
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        log.error("search_page_not_understood", reading=row, reason=repr(error))
        return EMPTY
    return page
