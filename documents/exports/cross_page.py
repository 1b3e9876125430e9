"""A document's Markdown over its pages: tables that go on over a page's end, levels of titles.

A page is read for itself: a table that goes on on the next page is two, and every title is of one
level. Who reads may know better once all pages are there (`OCRSITE_RESTRUCTURER`; the archive does
not know its reader). What comes of it is in the document's Markdown only; what was read, and what
people made of it, stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from documents.engine_name import EngineName
from documents.models import Document
from documents.text.page_layout import PageLayout

log = structlog.get_logger(__name__)

#: (page number, block id) -> the block's Markdown in the document; "" where it went into another's.
Rewritten = Mapping[tuple[int, str], str]

#: A longer document stays as its pages are: all of it would have to be in memory at once.
MOST_PAGES = 2000

_TABLE, _TITLE = "table", "paragraph_title"


def restructured(document: Document) -> Rewritten:
    """The blocks whose Markdown differs in the document as a whole; none where nobody knows better.

    Takes seconds, in a process of its own, where there are tables or titles on several pages.
    """
    if settings.OCRSITE_RESTRUCTURER is None or not 2 <= (document.page_count or 0) <= MOST_PAGES:
        return {}
    pages = [
        _described(page.number, layout)
        for page in _pages(document).iterator(chunk_size=20)
        if (layout := page.layout) is not None
    ]
    if not _is_worth_it(pages):
        return {}
    restructure: Callable[[Sequence[Mapping[str, Any]]], Rewritten]
    restructure = import_string(settings.OCRSITE_RESTRUCTURER)
    return restructure(pages)


def _pages(document: Document) -> Any:
    """Only what one engine read: others give neither tables nor titles."""
    return (
        document.pages.filter(current_reading__engine=EngineName.PADDLEOCR_VL)
        .with_text()
        .order_by("number")
    )


def _described(number: int, layout: PageLayout) -> dict[str, Any]:
    return {
        "number": number,
        "width": layout.width,
        "height": layout.height,
        "blocks": [
            {"id": block.id, "label": block.label, "bbox": list(block.bbox),
             "content": block.html or block.text}
            for block in layout.blocks_in_order()
        ],
    }  # fmt: skip


def _is_worth_it(pages: Sequence[Mapping[str, Any]]) -> bool:
    def having(label: str) -> int:
        return sum(any(block["label"] == label for block in page["blocks"]) for page in pages)

    return having(_TABLE) > 1 or having(_TITLE) > 1
