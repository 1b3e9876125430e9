"""The review queue, its documents and their doubts."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from documents.api.openapi.shapes.documents import DocumentSummary
from documents.api.openapi.shapes.values import Box, Confidence, Path, Time
from documents.models import PageStatus
from documents.review.answers import Answer
from documents.review.doubts import DoubtKind
from documents.review.flags import FLAG_DESCRIPTIONS
from documents.review.queue_filters import BY_RULE

REASONS = (*FLAG_DESCRIPTIONS, *BY_RULE)


class ReviewLinks(serializers.Serializer[Any]):
    document = Path()
    doubts = Path()
    lease = Path()


class ReviewItem(serializers.Serializer[Any]):
    """`version`: for the decision. `open_doubts`: 0 also where they have not been counted yet.
    `assigned_to`, `reviewer`: user names; `reviewer` has it now, until `lease_expires_at` unless
    they go on."""

    document = DocumentSummary()
    version = serializers.IntegerField(min_value=1)
    reasons = serializers.ListField(child=serializers.ChoiceField(REASONS))
    confidence = Confidence()
    page_count = serializers.IntegerField(allow_null=True)
    open_doubts = serializers.IntegerField(min_value=0)
    note = serializers.CharField(allow_blank=True)
    postponed_until = Time(allow_null=True)
    assigned_to = serializers.CharField(allow_null=True)
    reviewer = serializers.CharField(allow_null=True)
    lease_expires_at = Time(allow_null=True)
    links = ReviewLinks()


class DoubtLinks(serializers.Serializer[Any]):
    answer = Path()


class DoubtShape(serializers.Serializer[Any]):
    """`text` are the words in doubt, between `before` and `after` in their line; `other` is the
    second reading. `flag` says why where the page as a whole is meant. `placed`: an answer can put
    words there; otherwise correct the page. `answer`: null while it is open. Boxes: px of the page
    image."""

    id = serializers.CharField()
    kind = serializers.ChoiceField([kind.value for kind in DoubtKind])
    flag = serializers.CharField(allow_null=True)
    block = serializers.CharField(allow_null=True)
    text = serializers.CharField(allow_blank=True)
    other = serializers.CharField(allow_null=True, allow_blank=True)
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)
    bbox = Box()
    line = Box()
    confidence = Confidence()
    placed = serializers.BooleanField()
    answer = serializers.ChoiceField([each.value for each in Answer], allow_null=True)
    links = DoubtLinks()

    def get_fields(self) -> Any:
        return {**super().get_fields(), "context": Box()}


class DoubtfulPage(serializers.Serializer[Any]):
    """`width` and `height` of the page image, px; null where nothing was read."""

    number = serializers.IntegerField(min_value=1)
    status = serializers.ChoiceField(PageStatus.choices)
    revision = serializers.IntegerField(min_value=0)
    checked = serializers.BooleanField()
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    doubts = DoubtShape(many=True)
    links = serializers.DictField(child=Path())
