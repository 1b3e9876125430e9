"""What a search finds, and saved searches."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from documents.api.openapi.shapes.documents import DocumentSummary
from documents.api.openapi.shapes.values import Box, Path, Time


class Hit(serializers.Serializer[Any]):
    bbox = Box()
    text = serializers.CharField()


class FoundPageLinks(serializers.Serializer[Any]):
    page = Path(allow_null=True)
    page_image = Path(allow_null=True)


class FoundPageOfDocument(serializers.Serializer[Any]):
    page = serializers.IntegerField(allow_null=True, min_value=1)
    snippet = serializers.CharField(allow_blank=True, help_text="HTML of text and `<mark>` only.")
    score = serializers.FloatField(allow_null=True, help_text="Null where dates order.")
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    hits = Hit(many=True)
    links = FoundPageLinks()


class FoundPageShape(FoundPageOfDocument):
    document = DocumentSummary()


class FoundDocumentShape(serializers.Serializer[Any]):
    """With `group=document`."""

    document = DocumentSummary()
    pages_found = serializers.IntegerField(min_value=0)
    pages = FoundPageOfDocument(many=True)


class FacetValue(serializers.Serializer[Any]):
    value = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField(min_value=0)


class NearWord(serializers.Serializer[Any]):
    word = serializers.CharField()
    near = serializers.ListField(child=serializers.CharField())


class Note(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField()


class IndexState(serializers.Serializer[Any]):
    """Whether every page can be found, and if not, why."""

    complete = serializers.BooleanField()
    warnings = serializers.ListField(child=serializers.CharField())


class SearchAnswer(serializers.Serializer[Any]):
    results = serializers.ListField(
        child=PolymorphicProxySerializer(  # type: ignore[arg-type, unused-ignore]
            component_name="Found",
            serializers=[FoundPageShape, FoundDocumentShape],
            resource_type_field_name=None,
        )
    )
    next = Path(allow_null=True)
    previous = Path(allow_null=True)
    count = serializers.IntegerField(min_value=0)
    facets = serializers.DictField(child=serializers.ListField(child=FacetValue()))
    also = NearWord(many=True)
    did_you_mean = serializers.CharField(allow_null=True)
    notes = Note(many=True)
    index = IndexState()


class SavedSearchLinks(serializers.Serializer[Any]):
    results = Path()

    def get_fields(self) -> Any:
        return {"self": Path(), **super().get_fields()}


class SavedSearchShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    q = serializers.CharField(allow_blank=True)
    filters = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    owner = serializers.CharField()
    team = serializers.UUIDField(allow_null=True)
    created_at = Time()
    links = SavedSearchLinks()
