"""A change of many documents, and what came of it for each."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from documents.actions.parse_change import CHANGES
from documents.api.openapi.shapes.values import Path, ProblemShape, Time
from documents.models import ChangeResult, ChangeStatus


class ChangeLinks(serializers.Serializer[Any]):
    outcomes = Path()
    cancel = Path()

    def get_fields(self) -> Any:
        return {"self": Path(), **super().get_fields()}


class ChangeShape(serializers.Serializer[Any]):
    """`done` of `total` documents have their outcome: `changed`, `unchanged` (there was nothing to
    do) or `refused`."""

    id = serializers.UUIDField()
    action = serializers.ChoiceField(CHANGES)
    parameters = serializers.DictField()
    status = serializers.ChoiceField(ChangeStatus.choices)
    total = serializers.IntegerField(min_value=0)
    done = serializers.IntegerField(min_value=0)
    changed = serializers.IntegerField(min_value=0)
    unchanged = serializers.IntegerField(min_value=0)
    refused = serializers.IntegerField(min_value=0)
    created_at = Time()
    finished_at = Time(allow_null=True)
    links = ChangeLinks()


class OutcomeShape(serializers.Serializer[Any]):
    """`title`: null where you don't see the document (any more). `problem`: why it was refused."""

    number = serializers.IntegerField(min_value=1)
    document = serializers.UUIDField()
    title = serializers.CharField(allow_null=True)
    result = serializers.ChoiceField(ChangeResult.choices)
    problem = ProblemShape(allow_null=True)
