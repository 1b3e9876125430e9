"""The facts of a document that the API and `result.json` both have."""

from __future__ import annotations

from typing import Any

from documents.models import Document


def document_facts(document: Document) -> dict[str, Any]:
    """`size` in bytes; `page_count` is None until the pages are counted. `requested_pages`:
    ranges as "1,3-7"; None for all."""
    return {
        "id": str(document.id),
        "title": document.title,
        "filename": document.filename,
        "sha256": document.sha256,
        "size": document.size,
        "mime_type": document.mime_type,
        "page_count": document.page_count,
        "pages_done": document.pages_done,
        "pages_failed": document.pages_failed,
        "pages_skipped": document.pages_skipped,
        "requested_pages": document.requested_pages or None,
    }
