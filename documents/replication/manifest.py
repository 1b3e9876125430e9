"""`manifest.json`: everything about a document, beside its files.

Versioned and self-describing: with the files it names, it is enough to restore the document's
rows. Times are ISO 8601 UTC, sizes bytes, keys those of the storage.

    {"format": "ocrsite-document", "format_version": 1, "version": 7, "archive": UUID,
     "document": {"id", "title", "filename", "sha256", "size", "mime_type", "language", ...},
     "team": {"id", "name"}, "tags": [name], "people": {...},
     "files": [{"key", "sha256", "size"}],           the original first, then the results
     "members": [{"number", "path", "pages", "outcome", "document", "error"}],
                                                     of an archive or a stack
     "stack": {"split", "looks", "cuts", "other_teams"} or null,
     "made_of": [[document, page, degrees]],        of each page, where it was made of others
     "pages": [{"number", "status", "revision", "error", "current_run", "current_correction",
                "language",
                "answers": {doubt: {"answer", "by", ...}}, "checked": {"at", "by"},
                "readings": [{"key", "sha256", "run", "engine", ...,
                              "figures": [{"name", "sha256", "size"}]}],
                "corrections": [{"key", "sha256", "number", "run", "author", ...}]}]}

`sha256` of a reading or correction is that of its unpacked JSON (see `reading_files`). A figure's
file is `documents/<id>/figures/<name>`; several readings may name the same.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch

from documents.errors import DamagedCopy
from documents.files.figures import Figure
from documents.files.keys import original_key, result_key
from documents.messages import Message
from documents.models import Document, Member, Page, PageRevision, Reading, Stack
from documents.models.arrangement import page_origins_to_json
from documents.replication.reading_files import correction_key, reading_key
from documents.text.timestamps import iso_time

FORMAT = "ocrsite-document"
#: Rises only when a program that knows the format before would misread the new one.
FORMAT_VERSION = 1

#: Fields of Document that a manifest has unchanged.
PLAIN_FIELDS = (
    "title", "filename", "sha256", "size", "mime_type", "language", "language_chosen",
    "ocr", "run",
    "requested_engine", "status", "page_count", "error_code", "error_detail", "error_page",
    "error_message",
    "engine", "confidence", "flags", "content_version", "results_version", "review_status",
    "review_reason", "review_note", "review_seconds", "hold_reason", "priority",
    "requested_pages", "requested_engine_version", "engines",
    "origin_kind", "origin_name", "origin_detail", "member_count", "message_id", "mail",
    "edition",
)  # fmt: skip
#: Ids of other documents.
IDS = ("edition_of", "replaces")
TIMES = (
    "created_at", "finished_at", "reviewed_at", "trashed_at", "held_at", "postponed_until",
)  # fmt: skip
#: What the first manifests did not have.
_ADDED_LATER: dict[str, Any] = {
    "flags": [], "held_at": None, "hold_reason": "", "review_reason": "", "review_note": "",
    "review_seconds": None, "postponed_until": None, "priority": 0, "requested_pages": "",
    "requested_engine_version": "", "engines": [],
    "origin_kind": "", "origin_name": "", "origin_detail": "",
    "member_count": 0, "message_id": "", "mail": None,
    "edition": 1, "edition_of": None, "replaces": None,
}  # fmt: skip
READING_FIELDS = (
    "run", "engine", "engine_version", "width", "height", "dpi", "rotation", "confidence",
)  # fmt: skip


def build_manifest(document: Document, archive_id: object) -> dict[str, Any]:
    """The manifest of `document` as the database has it now. Reads no layout."""
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "version": document.version,
        "archive": str(archive_id),
        "document": {
            "id": str(document.id),
            **{name: getattr(document, name) for name in PLAIN_FIELDS},
            **{name: iso_time(getattr(document, name)) for name in TIMES},
            **{name: _id_or_none(getattr(document, name)) for name in IDS},
        },
        "team": {"id": str(document.team_id), "name": document.team.name},
        "tags": sorted(tag.name for tag in document.tags.all()),
        "people": {
            "created_by": _username(document.created_by),
            "reviewed_by": _username(document.reviewed_by),
            "held_by": _username(document.held_by),
            "assigned_to": _username(document.assigned_to),
        },
        "files": _list_files(document),
        "members": [_dump_member(member) for member in document.members.all()],
        "stack": _dump_stack(document),
        "made_of": page_origins_to_json(document),
        "pages": [_dump_page(document, page) for page in _load_pages(document)],
    }


def parse_manifest(content: bytes, key: str) -> dict[str, Any]:
    """The manifest in a file's `content`; `key` is for errors.

    Raises DamagedCopy where it is not a manifest, or of a newer format.
    """
    try:
        manifest = json.loads(content)
        if manifest["format"] != FORMAT:
            raise DamagedCopy(Message("{key} is no manifest of a document.", key=key))
        if manifest["format_version"] > FORMAT_VERSION:
            raise DamagedCopy(
                Message(
                    "{key} has the format {format}; this program knows {known} at most. Restore "
                    "it with a newer one.",
                    key=key,
                    format=manifest["format_version"],
                    known=FORMAT_VERSION,
                )
            )
        int(manifest["version"])
        str(manifest["document"]["id"])
        for name, value in _ADDED_LATER.items():
            manifest["document"].setdefault(name, value)
        # Before languages were detected only people named them.
        chosen = bool(manifest["document"]["language"])
        manifest["document"].setdefault("language_chosen", chosen)
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedCopy(
            Message(
                "{key} is damaged: {problem}.", key=key, problem=f"{type(error).__name__}: {error}"
            )
        ) from error
    parsed: dict[str, Any] = manifest
    return parsed


def dump_manifest(manifest: dict[str, Any]) -> bytes:
    """The content of the manifest's file: UTF-8."""
    return json.dumps(manifest, ensure_ascii=False, indent=1).encode()


def parse_figures(reading: dict[str, Any]) -> list[Figure]:
    """The figures of one of a manifest's readings; the first version had none.

    Raises DamagedCopy where one is not a figure.
    """
    try:
        return [Figure.from_facts(facts) for facts in reading.get("figures", ())]
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedCopy(
            Message("A manifest names an impossible file: {problem}.", problem=error)
        ) from error


def list_figures(manifest: dict[str, Any]) -> Iterable[Figure]:
    """Every figure that a manifest names, once. Raises DamagedCopy."""
    readings = (reading for page in manifest["pages"] for reading in page["readings"])
    return {
        figure.name: figure for reading in readings for figure in parse_figures(reading)
    }.values()


def _dump_member(member: Member) -> dict[str, Any]:
    return {
        "number": member.number,
        "path": member.path,
        "pages": member.pages,
        "outcome": member.outcome,
        "document": str(member.document) if member.document else None,
        "error": (
            {
                "code": member.error_code,
                "detail": member.error_detail,
                "message": member.error_message,
            }
            if member.error_code
            else None
        ),
    }


def _dump_stack(document: Document) -> dict[str, Any] | None:
    stack = Stack.objects.filter(document=document).first()
    return None if stack is None else stack.facts()


def _list_files(document: Document) -> list[dict[str, Any]]:
    original = {
        "key": original_key(document.id, document.filename),
        "sha256": document.sha256,
        "size": document.size,
    }
    results = [
        {"key": result_key(document.id, kind), **facts}
        for kind, facts in sorted(document.result_files.items())
    ]
    return [original, *results]


def _load_pages(document: Document) -> list[Page]:
    return list(
        document.pages.select_related("current_reading", "current_revision", "checked_by")
        .defer("current_reading__layout", "current_revision__layout")
        .prefetch_related(
            Prefetch("readings", Reading.objects.defer("layout").order_by("run")),
            Prefetch(
                "revisions",
                PageRevision.objects.select_related("based_on", "author")
                .defer("layout", "based_on__layout")
                .order_by("number"),
            ),
        )
        .order_by("number")
    )


def _dump_page(document: Document, page: Page) -> dict[str, Any]:
    return {
        "number": page.number,
        "status": page.status,
        "revision": page.revision,
        "error": (
            {
                "code": page.error_code,
                "detail": page.error_detail,
                "message": page.error_message,
            }
            if page.error_code
            else None
        ),
        "current_run": page.current_reading.run if page.current_reading else None,
        "current_correction": page.current_revision.number if page.current_revision else None,
        "language": page.language,
        "answers": page.answers,
        "checked": (
            {"at": iso_time(page.checked_at), "by": _username(page.checked_by)}
            if page.checked_at
            else None
        ),
        "readings": [
            {
                "key": reading_key(document.id, page.number, reading.run, reading.digest),
                "sha256": reading.digest,
                **{name: getattr(reading, name) for name in READING_FIELDS},
                "flags": reading.flags,
                "figures": reading.figures,
                "created_at": iso_time(reading.created_at),
            }
            for reading in page.readings.all()
        ],
        "corrections": [
            {
                "key": correction_key(
                    document.id, page.number, correction.number, correction.digest
                ),
                "sha256": correction.digest,
                "number": correction.number,
                "run": correction.based_on.run,
                "author": _username(correction.author),
                "created_at": iso_time(correction.created_at),
            }
            for correction in page.revisions.all()
        ],
    }


def _id_or_none(value: uuid.UUID | None) -> str | None:
    return None if value is None else str(value)


def _username(user: Any) -> str | None:
    return user.username if user is not None else None
