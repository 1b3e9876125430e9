"""What clients may send about a document."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from documents.actions.reprocess import ALL, FAILED, Which
from documents.actions.unlock import PASSWORD_LENGTH
from documents.actions.upload import TITLE_LENGTH
from documents.api.fields import Base64Field, StrictSerializer, TagsField
from documents.engines.names import OCR_ENGINES
from documents.models import PRIORITY_WORDS, OcrMode, Priority
from documents.models.review import NOTE_LENGTH
from documents.outside.addresses import LONGEST_URL
from documents.search.query.filters import VERSION_LENGTH
from documents.text.split import SPLIT_LENGTH

#: Page numbers and ranges of them.
_PAGES = re.compile(r"^[0-9]{1,6}(-[0-9]{0,6})?(,[0-9]{1,6}(-[0-9]{0,6})?){0,199}$")
#: Characters in which pages are named.
PAGES_LENGTH = 3000


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
