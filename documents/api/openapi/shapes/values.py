"""Single values that many answers have."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from documents.engines.names import KNOWN_ENGINES
from documents.review.flags import FLAG_DESCRIPTIONS


@extend_schema_field(
    {"type": "string", "format": "date-time", "examples": ["2026-01-31T12:00:00.123456Z"]}
)
class Time(serializers.CharField):
    """ISO 8601 in UTC."""


class Path(serializers.CharField):
    """Of this site: join it with the address that you use for the site."""


class Confidence(serializers.FloatField):
    """The probability that what was read is right, 0 to 1; null where nothing is known."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=1, allow_null=True, **kwargs)


class Flags(serializers.ListField):
    """What a reviewer should look at."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=serializers.ChoiceField(tuple(FLAG_DESCRIPTIONS)), **kwargs)


@extend_schema_field(
    {
        "type": "array",
        "items": {"type": "number"},
        "minItems": 4,
        "maxItems": 4,
        "description": "x0, y0, x1, y1 in pixels of the page image, from its top left corner.",
    }
)
class Box(serializers.ListField):
    pass


def engine_field(**kwargs: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(KNOWN_ENGINES, allow_null=True, **kwargs)


@extend_schema_field({"$ref": "#/components/schemas/Problem"})
class ProblemShape(serializers.Field[Any, Any, Any, Any]):
    """A problem document inside an answer."""
