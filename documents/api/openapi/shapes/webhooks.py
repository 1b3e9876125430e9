"""Webhooks, what they are sent, and events."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from documents.api.openapi.shapes.values import Path, Time
from documents.models import MessageStatus, WebhookEvent


class WebhookLinks(serializers.Serializer[Any]):
    deliveries = Path()

    def get_fields(self) -> Any:
        return {"self": Path(), **super().get_fields()}


class WebhookShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    url = serializers.CharField()
    team = serializers.UUIDField()
    events = serializers.ListField(child=serializers.ChoiceField(WebhookEvent.choices))
    active = serializers.BooleanField()
    disabled_at = Time(allow_null=True)
    disabled_reason = serializers.CharField(allow_null=True)
    created_at = Time()
    links = WebhookLinks()


class WebhookSecret(serializers.Serializer[Any]):
    secret = serializers.CharField(help_text="`whsec_` and base64; shown this once.")


class MadeWebhook(WebhookShape):
    secret = serializers.CharField(help_text="`whsec_` and base64; shown this once.")


class DeliveryAttempt(serializers.Serializer[Any]):
    at = Time()
    status = serializers.IntegerField(allow_null=True)
    seconds = serializers.FloatField()
    answer = serializers.CharField(allow_blank=True, help_text="Its first kB.")
    error = serializers.CharField(allow_blank=True)


class DeliveryShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    type = serializers.ChoiceField(WebhookEvent.choices)
    status = serializers.ChoiceField(MessageStatus.choices)
    payload = serializers.DictField()
    attempts = DeliveryAttempt(many=True)
    next_attempt_at = Time(allow_null=True)
    created_at = Time()


class Redelivered(serializers.Serializer[Any]):
    count = serializers.IntegerField(min_value=0)


class EventDocument(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField()
    team = serializers.UUIDField()
    status = serializers.CharField()
    review_status = serializers.CharField()
    links = serializers.DictField(child=Path())


class EventShape(serializers.Serializer[Any]):
    event = serializers.IntegerField()
    type = serializers.CharField()
    at = Time()
    document = EventDocument()
    details = serializers.DictField()


class EventsAnswer(serializers.Serializer[Any]):
    """`after`: what to ask for next; the same number where there is nothing new."""

    results = EventShape(many=True)
    after = serializers.IntegerField(min_value=0)
