"""What the tools take: checked as every other request is, and as the JSON Schema a model sees."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from documents.actions.make_file_link import LINKED_KINDS
from documents.api.fields import StrictSerializer
from documents.api.search import QueryField
from documents.search.query.find import MAX_OFFSET

#: Results of one search, unless the model says otherwise, and at most.
USUAL_RESULTS, MOST_RESULTS = 8, 20
_MOST = 2**31 - 1


class SearchArguments(StrictSerializer):
    query = QueryField(
        max_length=1000,
        help_text="Words; a phrase in quotes; -word excludes; title:word; tag:name; lang:ru; "
        "after:2025, before:2026-02-01. Forms of a word are found by themselves (Russian too).",
    )
    limit = serializers.IntegerField(
        required=False, default=USUAL_RESULTS, min_value=1, max_value=MOST_RESULTS
    )
    offset = serializers.IntegerField(
        required=False, default=0, min_value=0, max_value=MAX_OFFSET,
        help_text="Results to skip: `next_offset` of the answer before.",
    )  # fmt: skip


class DocumentArguments(StrictSerializer):
    id = serializers.UUIDField(help_text="The document's, as search answers it.")


class PageArguments(DocumentArguments):
    page = serializers.IntegerField(min_value=1, max_value=_MOST, help_text="From 1.")
    part = serializers.IntegerField(
        required=False, default=1, min_value=1, max_value=_MOST,
        help_text="Of a long page, which comes in parts: from 1 to `parts`.",
    )  # fmt: skip


class FileArguments(DocumentArguments):
    format = serializers.ChoiceField(
        LINKED_KINDS, required=False, default="pdf",
        help_text="original: as it was uploaded; pdf: searchable; txt, md, docx, xlsx: its text.",
    )  # fmt: skip


def describe_arguments(shape: type[StrictSerializer]) -> dict[str, Any]:
    """The JSON Schema of an object with the fields of `shape`."""
    fields = shape().fields
    return {
        "type": "object",
        "properties": {name: _describe_field(field) for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field.required],
        "additionalProperties": False,
    }


def _describe_field(field: serializers.Field[Any, Any, Any, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if isinstance(field, serializers.IntegerField):
        schema = {"type": "integer", "minimum": field.min_value, "maximum": field.max_value}
    elif isinstance(field, serializers.UUIDField):
        schema["format"] = "uuid"
    elif isinstance(field, serializers.ChoiceField):
        schema["enum"] = list(field.choices)
    elif isinstance(field, serializers.CharField):
        schema["maxLength"] = field.max_length
    if not field.required:
        schema["default"] = field.default
    if field.help_text:
        schema["description"] = str(field.help_text)
    return schema
