"""A batch, and what came of each of its objects."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from documents.api.openapi.shapes.documents import FetchError
from documents.api.openapi.shapes.values import Confidence, Path, Time
from documents.models import BatchStatus, ObjectStatus


class BatchLinks(serializers.Serializer[Any]):
    objects = Path()
    report = Path()
    cancel = Path()

    def get_fields(self) -> Any:
        return {"self": Path(), **super().get_fields()}


class BatchCounts(serializers.Serializer[Any]):
    """How many objects there are in each state."""

    def get_fields(self) -> Any:
        return {name: serializers.IntegerField(min_value=0) for name in ObjectStatus.values}


class BatchShape(serializers.Serializer[Any]):
    """`fields`: what each upload says. `error`: why the bucket can't be used at the moment, or why
    the batch failed. `report`: the key of the report (JSON; CSV beside it) once it is written."""

    to = serializers.CharField()
    team = serializers.UUIDField()
    formats = serializers.ListField(child=serializers.CharField())
    status = serializers.ChoiceField(BatchStatus.choices)
    counts = BatchCounts()
    error = FetchError(allow_null=True)
    report = serializers.CharField(allow_null=True)
    created_at = Time()
    finished_at = Time(allow_null=True)
    links = BatchLinks()

    def get_fields(self) -> Any:
        return {
            "id": serializers.UUIDField(),
            "from": serializers.CharField(),
            **super().get_fields(),
            "fields": serializers.DictField(),
        }


class BatchObjectShape(serializers.Serializer[Any]):
    """`duplicate`: the team had the same content already. `pages` that were read. `results`: keys
    in the bucket; `missing`: kinds that could not be made, with the codes of their errors."""

    key = serializers.CharField()
    size = serializers.IntegerField(min_value=0, help_text="Bytes.")
    etag = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(ObjectStatus.choices)
    duplicate = serializers.BooleanField()
    document = serializers.UUIDField(allow_null=True)
    pages = serializers.IntegerField(allow_null=True, min_value=0)
    confidence = Confidence()
    error = FetchError(allow_null=True)
    results = serializers.ListField(child=serializers.CharField())
    missing = serializers.DictField(child=serializers.CharField())
