"""A document's Markdown across pages: tables that continue on the next page, levels of titles.

Each page is read by itself: a table that continues on the next page is two, and all titles have one
level. The worker may do better once all pages are there (`OCRSITE_RESTRUCTURER` names its function,
because the archive does not import the worker). The outcome is in the document's Markdown only;
readings and corrections stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from documents.engines.names import EngineName
from documents.models import Document
from documents.text.page_layout import PageLayout

log = structlog.get_logger(__name__)

#: (page number, block id) -> the block's Markdown in the document; "" where another block has it.
RewrittenBlocks = Mapping[tuple[int, str], str]

#: A longer document stays as its pages are: all of it would have to be in memory at once.
MAX_PAGES = 2000

_TABLE, _TITLE = "table", "paragraph_title"


def restructure_pages(document: Document) -> RewrittenBlocks:
    """The blocks whose Markdown differs in the document as a whole; none without a restructurer.

    Takes seconds, in a process of its own, where several pages have tables or titles.
    """
    if settings.OCRSITE_RESTRUCTURER is None or not 2 <= (document.page_count or 0) <= MAX_PAGES:
        return {}
    pages = [
        _describe_page(page.number, layout)
        for page in _pages(document).iterator(chunk_size=20)
        if (layout := page.layout) is not None
    ]
    if not _is_worth_it(pages):
        return {}
    restructure: Callable[[Sequence[Mapping[str, Any]]], RewrittenBlocks]
    restructure = import_string(settings.OCRSITE_RESTRUCTURER)
    return restructure(pages)


def _pages(document: Document) -> Any:
    """Only pages read by PaddleOCR-VL: other engines recognise neither tables nor titles."""
    return (
        document.pages.filter(current_reading__engine=EngineName.PADDLEOCR_VL)
        .with_text()
        .order_by("number")
    )


def _describe_page(number: int, layout: PageLayout) -> dict[str, Any]:
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
    def count_pages(label: str) -> int:
        return sum(any(block["label"] == label for block in page["blocks"]) for page in pages)

    return count_pages(_TABLE) > 1 or count_pages(_TITLE) > 1
