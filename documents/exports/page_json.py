"""One page as the API and `result.json` show it."""

from __future__ import annotations

from typing import Any

from documents.models import Page
from documents.models.reading import find_base_reading
from documents.text.page_layout import PageLayout


def page_data(page: Page) -> dict[str, Any]:
    """The page as the HTTP contract has it (docs/api.md), with all its text.

    Needs `current_reading` and `current_revision` loaded with the page. Fields of a page that has
    not been read are null or empty; `revision` rises with every correction and later reading.
    """
    layout = page.layout
    return _describe_page(page, layout) | {
        "text": "",
        "markdown": "",
        "blocks": [],
        **_describe_content(layout),
    }


def page_summary(page: Page) -> dict[str, Any]:
    """The page without its content, cheap enough for a list: loads only the layouts of
    corrections."""
    return _describe_page(page, page.layout if page.current_revision else None)


def _describe_page(page: Page, layout: PageLayout | None) -> dict[str, Any]:
    """`layout`: the page's, needed where a correction is current."""
    reading = find_base_reading(page)
    if page.current_revision and layout:
        confidence = layout.confidence  # a person's words count as certain
        flags = sorted(layout.flags)
    else:
        confidence = reading.confidence if reading else None
        flags = sorted(reading.flags) if reading else []
    return {
        "number": page.number,
        "status": page.status,
        "width": reading.width if reading else None,
        "height": reading.height if reading else None,
        "dpi": reading.dpi if reading else None,
        "rotation": reading.rotation if reading else None,
        "confidence": confidence,
        "flags": flags,
        "language": page.language or None,
        "engine": (reading.engine or None) if reading else None,
        "engine_version": (reading.engine_version or None) if reading else None,
        "revision": page.revision,
        "error": (
            {"code": page.error_code, "detail": page.error_detail} if page.error_code else None
        ),
    }


def _describe_content(layout: PageLayout | None) -> dict[str, Any]:
    if layout is None:
        return {}
    return {
        "text": layout.text,
        "markdown": layout.markdown,
        "blocks": [block.to_dict() for block in layout.blocks],
    }
