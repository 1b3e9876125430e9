"""One page as the API and `result.json` show it."""

from __future__ import annotations

from typing import Any

from documents.models import Page
from documents.text.page_layout import PageLayout


def page_data(page: Page) -> dict[str, Any]:
    """The page of the HTTP contract (design, section 5), with everything that was read on it.

    Needs `current_reading` and `current_revision` loaded with the page. What was not read yet is
    null or empty; `revision` rises with every correction and reading after the first.
    """
    layout = page.layout
    return _facts(page, layout) | {"text": "", "markdown": "", "blocks": [], **_content(layout)}


def page_summary(page: Page) -> dict[str, Any]:
    """The page without its content, cheap enough for a list: of the layouts, only those of
    corrections are looked at."""
    return _facts(page, page.layout if page.current_revision else None)


def _facts(page: Page, layout: PageLayout | None) -> dict[str, Any]:
    """`layout`: the page's, needed where a correction is current."""
    based_on = page.current_revision.based_on if page.current_revision else page.current_reading
    if page.current_revision and layout:
        confidence = layout.confidence  # what a person typed is certain
        flags = sorted(layout.flags)
    else:
        confidence = based_on.confidence if based_on else None
        flags = sorted(based_on.flags) if based_on else []
    return {
        "number": page.number,
        "status": page.status,
        "width": based_on.width if based_on else None,
        "height": based_on.height if based_on else None,
        "dpi": based_on.dpi if based_on else None,
        "rotation": based_on.rotation if based_on else None,
        "confidence": confidence,
        "flags": flags,
        "engine": based_on.engine if based_on else None,
        "engine_version": based_on.engine_version if based_on else None,
        "revision": page.revision,
        "error": (
            {"code": page.error_code, "detail": page.error_detail} if page.error_code else None
        ),
    }


def _content(layout: PageLayout | None) -> dict[str, Any]:
    if layout is None:
        return {}
    return {
        "text": layout.text,
        "markdown": layout.markdown,
        "blocks": [block.to_dict() for block in layout.blocks],
    }
