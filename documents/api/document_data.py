"""The document as clients see it, and its readings."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from documents.exports import links
from documents.exports.document_json import document_facts
from documents.exports.downloads import RESULT_TYPES
from documents.exports.export_kinds import EXPORT_TYPES
from documents.models import Document, Origin, Page, Priority, Reading
from documents.models.reading import shows_correction_of, shows_reading
from documents.replication.sync import storage_state
from documents.text.page_layout import PageLayout
from documents.text.timestamps import iso_time


def document_url(document: Document) -> str:
    return links.document_url(document.id)


def origin_data(origin: Origin) -> dict[str, str] | None:
    """None where it is unknown: for what was uploaded before origins were kept."""
    if not origin.kind:
        return None
    return {"kind": origin.kind.value, "name": origin.name, "detail": origin.detail}


def _id_or_none(value: uuid.UUID | None) -> str | None:
    return None if value is None else str(value)


def mail_data(document: Document) -> dict[str, Any] | None:
    """The head of a message; None for other files, and until it was read."""
    if document.mail is None:
        return None
    return {
        "message_id": document.message_id or None,
        **document.mail,
        "date": document.mail["date"] or None,
    }


#: The columns that `document_data` shows: a list leaves the others where they are.
SHOWN_COLUMNS = (
    "confidence", "created_at", "edition", "engine", "engines", "error_code", "error_detail",
    "error_page", "filename", "finished_at", "flags", "held_at", "hold_reason", "id", "language",
    "mail", "member_count", "message_id", "mime_type", "mirrored_version", "origin_detail",
    "origin_kind", "origin_name", "page_count", "pages_done", "pages_failed", "pages_skipped",
    "priority", "replaced_by", "replaces", "requested_engine", "requested_engine_version",
    "requested_pages", "results_version", "review_status", "sha256", "size", "status", "team",
    "title", "trashed_at", "version",
)  # fmt: skip


def document_data(document: Document, tags: Sequence[str] | None = None) -> dict[str, Any]:
    """The document as docs/api.md describes it. `tags`: the names of its tags, where a list has
    loaded them for all its rows; they are read otherwise."""
    url = document_url(document)
    read = document.has_results
    return {
        **document_facts(document),
        "status": document.status,
        "review_status": document.review_status,
        "error": (
            {
                "code": document.error_code,
                "detail": document.error_detail,
                "page": document.error_page,
            }
            if document.error_code
            else None
        ),
        "engine": document.engine or None,
        "engines": document.engines,
        "requested_engine": document.requested_engine or None,
        "requested_engine_version": document.requested_engine_version or None,
        "priority": Priority(document.priority).word,
        "language": document.language or None,
        "origin": origin_data(document.origin),
        "mail": mail_data(document),
        "member_count": document.member_count,
        "team": str(document.team_id),
        "tags": [tag.name for tag in document.tags.all()] if tags is None else list(tags),
        "storage": storage_state(document),
        "created_at": iso_time(document.created_at),
        "finished_at": iso_time(document.finished_at),
        "trashed_at": iso_time(document.trashed_at),
        "hold": (
            {"since": iso_time(document.held_at), "reason": document.hold_reason}
            if document.is_held
            else None
        ),
        "confidence": document.confidence,
        "flags": document.flags,
        "version": document.version,
        "edition": document.edition,
        "replaces": _id_or_none(document.replaces),
        "replaced_by": _id_or_none(document.replaced_by),
        "links": {
            "self": url,
            "original": f"{url}original/",
            "pages": f"{url}pages/",
            "versions": f"{url}versions/",
            "thumbnail": f"{url}thumbnail/" if document.page_count else None,
            **{
                f"result_{kind.replace('.', '_')}": f"{url}result.{kind}" if read else None
                for kind in (*RESULT_TYPES, *EXPORT_TYPES)
            },
        },
    }


def reading_data(page: Page, reading: Reading, *, with_text: bool) -> dict[str, Any]:
    """`current`: the page shows its text. `corrected`: the page shows a correction of it."""
    data: dict[str, Any] = {
        "run": reading.run,
        "engine": reading.engine or None,
        "engine_version": reading.engine_version or None,
        "confidence": reading.confidence,
        "flags": reading.flags,
        "created_at": iso_time(reading.created_at),
        "current": shows_reading(page, reading),
        "corrected": shows_correction_of(page, reading),
    }
    if with_text:
        data["text"] = PageLayout.from_dict(reading.layout).text
    return data
