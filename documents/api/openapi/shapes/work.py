"""What is in work."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from documents.api.openapi.shapes.documents import DocumentSummary
from documents.models import PRIORITY_WORDS

REASONS = (
    "to-be-opened",
    "waiting",
    "being-read",
    "being-assembled",
    "no-worker",
    "engine-not-running",
)


class WorkItem(serializers.Serializer[Any]):
    document = DocumentSummary()
    reason = serializers.ChoiceField(REASONS)
    page_count = serializers.IntegerField(allow_null=True)
    pages_done = serializers.IntegerField(min_value=0)
    pages_failed = serializers.IntegerField(min_value=0)
    pages_skipped = serializers.IntegerField(min_value=0)
    priority = serializers.ChoiceField(PRIORITY_WORDS)
    estimate_seconds = serializers.IntegerField(allow_null=True, min_value=0)


class WorkAnswer(serializers.Serializer[Any]):
    """`pages_waiting` and `pages_per_minute` are of the whole archive."""

    results = WorkItem(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    pages_waiting = serializers.IntegerField(min_value=0)
    pages_per_minute = serializers.FloatField(min_value=0)
