"""A page, its blocks, and its readings."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from documents.api.openapi.shapes.values import Box, Confidence, Flags, Time, engine_field
from documents.models import PageStatus


class PageError(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()


class Word(serializers.Serializer[Any]):
    bbox = Box()
    text = serializers.CharField(allow_blank=True)
    confidence = Confidence()


class Line(serializers.Serializer[Any]):
    bbox = Box()
    text = serializers.CharField(allow_blank=True)
    words = Word(many=True)


class Dispute(serializers.Serializer[Any]):
    """A place that two engines read differently."""

    bbox = Box()
    text = serializers.CharField(allow_blank=True)
    other = serializers.CharField(allow_blank=True)


class BlockShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    bbox = Box()
    order = serializers.IntegerField(allow_null=True, min_value=0)
    text = serializers.CharField(allow_blank=True)
    markdown = serializers.CharField(allow_blank=True, help_text="CommonMark; untrusted.")
    confidence = Confidence()
    lines = Line(many=True)
    html = serializers.CharField(allow_blank=True, required=False, help_text="Of a table.")
    figure = serializers.CharField(allow_blank=True, required=False)
    disputes = Dispute(many=True, required=False)
    continues = serializers.CharField(allow_blank=True, required=False)

    def get_fields(self) -> Any:
        # Not a class attribute: a serializer's fields have a `label` of their own.
        return {**super().get_fields(), "label": serializers.CharField()}


class PageSummary(serializers.Serializer[Any]):
    number = serializers.IntegerField(min_value=1)
    status = serializers.ChoiceField(PageStatus.choices)
    width = serializers.IntegerField(allow_null=True, min_value=1)
    height = serializers.IntegerField(allow_null=True, min_value=1)
    dpi = serializers.FloatField(allow_null=True)
    rotation = serializers.ChoiceField((0, 90, 180, 270), allow_null=True)
    language = serializers.CharField(
        allow_null=True, help_text="ISO 639-1; null where it is not clear."
    )
    confidence = Confidence()
    flags = Flags()
    engine = engine_field()
    engine_version = serializers.CharField(allow_null=True)
    revision = serializers.IntegerField(min_value=0)
    error = PageError(allow_null=True)


class PageShape(PageSummary):
    text = serializers.CharField(allow_blank=True)
    markdown = serializers.CharField(allow_blank=True, help_text="CommonMark; untrusted.")
    blocks = BlockShape(many=True)


class ReadingShape(serializers.Serializer[Any]):
    run = serializers.IntegerField(min_value=1)
    engine = engine_field()
    engine_version = serializers.CharField(allow_null=True)
    confidence = Confidence()
    flags = Flags()
    created_at = Time()
    current = serializers.BooleanField(help_text="The page shows its text.")
    corrected = serializers.BooleanField(help_text="The page shows a correction of it.")
    text = serializers.CharField(allow_blank=True, required=False)
