"""The document as clients see it, and what clients may send about it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from documents.actions.reprocess import ALL, FAILED, Which
from documents.actions.unlock import PASSWORD_LENGTH
from documents.actions.upload import TITLE_LENGTH
from documents.api.fields import Base64Field, StrictSerializer, TagsField
from documents.engines.names import OCR_ENGINES
from documents.exports import links
from documents.exports.document_json import document_facts
from documents.exports.downloads import RESULT_TYPES
from documents.exports.export_kinds import EXPORT_TYPES
from documents.models import PRIORITY_WORDS, Document, OcrMode, Origin, Page, Priority, Reading
from documents.models.reading import shows_correction_of, shows_reading
from documents.models.review import NOTE_LENGTH
from documents.outside.addresses import LONGEST_URL
from documents.replication.sync import storage_state
from documents.search.query.filters import VERSION_LENGTH
from documents.text.page_layout import PageLayout
from documents.text.split import SPLIT_LENGTH
from documents.text.timestamps import iso_time

#: Page numbers and ranges of them.
_PAGES = re.compile(r"^[0-9]{1,6}(-[0-9]{0,6})?(,[0-9]{1,6}(-[0-9]{0,6})?){0,199}$")
#: Characters in which pages are named.
PAGES_LENGTH = 3000


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


class EngineVersionField(serializers.CharField):
    """The engine's version, whole or its first words: "5.5.4"."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=VERSION_LENGTH, **kwargs)


class NewDocument(StrictSerializer):
    """The fields of a form beside its file."""

    ignored = frozenset({"file", "csrfmiddlewaretoken"})

    filename = serializers.CharField(max_length=4096, required=False, default="")
    title = serializers.CharField(
        max_length=TITLE_LENGTH, required=False, allow_blank=True, default=""
    )
    team = serializers.UUIDField(required=False, allow_null=True, default=None)
    tags = TagsField(required=False, default=list)
    language = serializers.CharField(max_length=8, required=False, allow_blank=True, default="")
    ocr = serializers.ChoiceField(OcrMode.choices, required=False, default=OcrMode.AUTO)
    engine = serializers.ChoiceField(OCR_ENGINES, required=False, allow_blank=True, default="")
    engine_version = EngineVersionField(required=False, allow_blank=True, default="")
    pages = serializers.CharField(
        max_length=PAGES_LENGTH,
        required=False,
        allow_blank=True,
        default="",
        help_text='The pages that are to be read, as "1,3-7" or "5-"; empty: all.',
    )
    priority = serializers.ChoiceField(PRIORITY_WORDS, required=False, default=Priority.NORMAL.word)
    split = serializers.CharField(
        max_length=SPLIT_LENGTH,
        required=False,
        allow_blank=True,
        default="",
        help_text="How a PDF or TIFF that is a stack of sheets becomes documents: blank, "
        "blank-sheet, separator, separator:PREFIX, count:N, two-sides.",
    )


class FormUpload(NewDocument):
    """A form with the file in `file`."""

    file = serializers.FileField()


class EditionUpload(StrictSerializer):
    """A form with the file that takes a document's place; the file is read by `uploads`."""

    ignored = frozenset({"file", "csrfmiddlewaretoken"})

    filename = serializers.CharField(max_length=4096, required=False, default="")


class EditionForm(EditionUpload):
    """A form with the new file in `file`."""

    file = serializers.FileField()


class JSONEdition(StrictSerializer):
    file_base64 = Base64Field()
    filename = serializers.CharField(max_length=4096)


class URLEdition(StrictSerializer):
    """A background worker fetches the file; `filename` overrides what its server calls it."""

    source_url = serializers.CharField(max_length=LONGEST_URL)
    filename = serializers.CharField(max_length=4096, required=False, default="")


class ResumableDocument(NewDocument):
    """`replaces`: the document whose place the file takes, as its new version. Then all but the
    file's name is that one's."""

    replaces = serializers.UUIDField(required=False, allow_null=True, default=None)


class JSONUpload(NewDocument):
    ignored = frozenset()

    file_base64 = Base64Field()
    filename = serializers.CharField(max_length=4096)


class URLUpload(NewDocument):
    """A background worker fetches the file; `filename` overrides what its server calls it."""

    ignored = frozenset()

    source_url = serializers.CharField(max_length=LONGEST_URL)


class DocumentChange(StrictSerializer):
    title = serializers.CharField(max_length=TITLE_LENGTH, required=False)
    language = serializers.CharField(
        max_length=8, required=False, allow_blank=True, allow_null=True
    )
    tags = TagsField(required=False)
    priority = serializers.ChoiceField(
        PRIORITY_WORDS, required=False, help_text="For those who may have it read again."
    )

    def validate_language(self, value: str | None) -> str:
        return value or ""


class Decision(StrictSerializer):
    """`version`: the document's as the person who decides saw it."""

    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class Rejection(Decision):
    reason = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "enum": [ALL, FAILED]},
            {"type": "string", "pattern": _PAGES.pattern, "examples": ["1,3-7"]},
            {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1},
        ]
    }
)
class PagesField(serializers.Field[Which, Any, Any, Any]):
    """ "all", "failed", numbers and ranges ("1,3-7"), or a list of page numbers."""

    default_error_messages = {
        "invalid": _("This is “all”, “failed”, pages such as “1,3-7”, or a list of numbers."),
    }

    def to_internal_value(self, data: Any) -> Which:
        if data in (ALL, FAILED):
            return str(data)
        if isinstance(data, str) and _PAGES.fullmatch(data):
            return data
        if not isinstance(data, list) or not all(type(number) is int for number in data):
            self.fail("invalid")
        return data


class ReprocessOptions(StrictSerializer):
    """How to read a document again; what is absent stays as it was."""

    engine = serializers.ChoiceField(OCR_ENGINES, required=False)
    engine_version = EngineVersionField(required=False)
    ocr = serializers.ChoiceField(OcrMode.choices, required=False)
    language = serializers.CharField(max_length=8, required=False, allow_blank=True)
    pages = PagesField(required=False)


class FilePassword(StrictSerializer):
    """What opens a protected file."""

    password = serializers.CharField(max_length=PASSWORD_LENGTH, trim_whitespace=False)


class RevisionSeen(StrictSerializer):
    """`revision`: the page's as the person saw it."""

    revision = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
