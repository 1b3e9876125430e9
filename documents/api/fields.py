"""Serializer fields and formats that several endpoints share."""

from __future__ import annotations

import base64
import copy
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from documents.messages import Message
from documents.models.tag_names import MAX_TAG_LENGTH, MAX_TAGS


class StrictSerializer(serializers.Serializer[Any]):
    """Input in which an unknown name is an error: nearly always it is a typo."""

    #: Unknown names that are accepted and ignored.
    ignored: frozenset[str] = frozenset()

    def list_names(self) -> list[str]:
        """Those that are known."""
        return list(self.fields)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            names = self.list_names()
            unknown = sorted(str(name) for name in set(data) - set(names) - self.ignored)
            if unknown:
                known = ", ".join(names)
                raise serializers.ValidationError(
                    {
                        name: [
                            Message(
                                "There is no such field here. Known are: {names}.", names=known
                            ).translated()
                        ]
                        for name in unknown
                    }
                )
        return super().to_internal_value(data)


class QueryParameters(StrictSerializer):
    """Of an address. Fields are copied for each request, and a list has thirty, of which a client
    names two: only those are copied that are named or need no naming."""

    def list_names(self) -> list[str]:
        return list(self._declared_fields)

    def get_fields(self) -> dict[str, Any]:
        given = getattr(self, "initial_data", None)
        if not isinstance(given, Mapping):
            return super().get_fields()
        return {
            name: copy.deepcopy(field)
            for name, field in self._declared_fields.items()
            if name in given
            or field.required
            or field.default is not empty
            or field.default_empty_html is not empty
        }


@extend_schema_field({"type": "string", "contentEncoding": "base64"})
class Base64Field(serializers.Field[bytes, Any, str, Any]):
    """Bytes in base64 (RFC 4648, section 4). Line breaks may stand in it, and its padding may be
    missing."""

    default_error_messages = {
        "invalid": _("This is not base64. Send the plain encoding, without a data: prefix."),
        "empty": _("No file was sent. It goes into this field."),
    }

    def to_internal_value(self, data: Any) -> bytes:
        if not isinstance(data, str):
            self.fail("invalid")
        if not data:
            self.fail("empty")
        try:
            encoded = data.encode("ascii").translate(None, b" \t\r\n")
            return base64.b64decode(encoded + b"=" * (-len(encoded) % 4), validate=True)
        except ValueError:
            self.fail("invalid")


class TagsField(serializers.ListField):
    """Names of tags: a JSON list, or a form field that is repeated or has commas between names."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            child=serializers.CharField(max_length=MAX_TAG_LENGTH, allow_blank=True),
            max_length=MAX_TAGS,
            **kwargs,
        )

    def get_value(self, dictionary: Any) -> Any:
        if not hasattr(dictionary, "getlist"):
            return dictionary.get(self.field_name, empty)
        if self.field_name not in dictionary:
            return empty
        values: list[Any] = dictionary.getlist(self.field_name)
        return [
            name
            for value in values
            for name in (value.split(",") if isinstance(value, str) else [value])
        ]

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(data.split(",") if isinstance(data, str) else data)
