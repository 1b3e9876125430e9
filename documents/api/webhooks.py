"""Webhooks: make, change, test and delete them; what was sent, and sending it again."""

from __future__ import annotations

import uuid
from typing import Any

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import Ability, require_scope, teams_where
from documents.actions.manage_webhook import (
    change_webhook,
    delete_webhook,
    make_webhook,
    redeliver,
    require_webhook,
    rotate_secret,
    send_test,
)
from documents.api.fields import StrictSerializer
from documents.api.openapi.describe import describe, page_of
from documents.api.openapi.shapes.webhooks import (
    DeliveryShape,
    MadeWebhook,
    Redelivered,
    WebhookSecret,
    WebhookShape,
)
from documents.api.pagination import ListParameters, paginate
from documents.api.views import ApiView
from documents.exports import links
from documents.models import (
    MessageStatus,
    TokenScope,
    Webhook,
    WebhookEvent,
    WebhookMessage,
)
from documents.outside.addresses import LONGEST_URL
from documents.text.timestamps import iso_time

_EVENTS = [event for event in WebhookEvent.values if event != WebhookEvent.TEST]


def _events(**options: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.ChoiceField(_EVENTS), min_length=1, max_length=20, **options
    )


class NewWebhook(StrictSerializer):
    url = serializers.CharField(max_length=LONGEST_URL)
    team = serializers.UUIDField()
    events = _events(default=lambda: list(_EVENTS))


class WebhookChange(StrictSerializer):
    """`active`: false to stop it; true to go on after it was disabled."""

    url = serializers.CharField(max_length=LONGEST_URL, required=False)
    events = _events(required=False)
    active = serializers.BooleanField(required=False)


class DeliveryFilters(ListParameters):
    status = serializers.ListField(
        child=serializers.ChoiceField(MessageStatus.choices), required=False, max_length=5
    )


class Redelivery(StrictSerializer):
    """Which messages are sent again: `ids`, or all since (inclusive) and until a time."""

    ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=1000, min_length=1
    )
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    only_undelivered = serializers.BooleanField(
        required=False, default=False, help_text="Leave out what has arrived."
    )


class WebhooksView(ApiView):
    """Those of the teams that the user manages."""

    scopes = {"get": TokenScope.ADMIN}

    @describe("List webhooks", {200: page_of(WebhookShape, "Webhook")}, query=ListParameters)
    def get(self, request: Request) -> Response:
        require_scope(self.user, TokenScope.ADMIN)
        parameters = ListParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        return paginate(
            request,
            Webhook.objects.filter(team__in=teams_where(self.user, Ability.MANAGE)),
            webhook_data,
            parameters=parameters.validated_data,
            ordering="-created_at",
        )

    @describe("Make a webhook", {201: MadeWebhook}, body=NewWebhook, problems=(404,))
    def post(self, request: Request) -> Response:
        """The `secret` is shown this once."""
        serializer = NewWebhook(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        webhook, secret = make_webhook(
            given["url"], given["events"], actor=self.user, team_id=given["team"]
        )
        data = {**webhook_data(webhook), "secret": secret}
        return Response(data, status.HTTP_201_CREATED, headers={"Location": data["links"]["self"]})


class WebhookView(ApiView):
    scopes = {"get": TokenScope.ADMIN}

    @describe("Show a webhook", {200: WebhookShape})
    def get(self, request: Request, webhook_id: uuid.UUID) -> Response:
        return Response(webhook_data(require_webhook(webhook_id, actor=self.user)))

    @describe("Change a webhook", {200: WebhookShape}, body=WebhookChange)
    def patch(self, request: Request, webhook_id: uuid.UUID) -> Response:
        change = WebhookChange(data=request.data)
        change.is_valid(raise_exception=True)
        return Response(
            webhook_data(change_webhook(webhook_id, actor=self.user, **change.validated_data))
        )

    @describe("Delete a webhook", {204: None})
    def delete(self, request: Request, webhook_id: uuid.UUID) -> Response:
        delete_webhook(webhook_id, actor=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SecretView(ApiView):
    @describe("Make a new secret", {200: WebhookSecret})
    def post(self, request: Request, webhook_id: uuid.UUID) -> Response:
        """The one before signs, too, for a day."""
        return Response({"secret": rotate_secret(webhook_id, actor=self.user)})


class TestView(ApiView):
    @describe("Send a test message", {202: DeliveryShape})
    def post(self, request: Request, webhook_id: uuid.UUID) -> Response:
        message = send_test(webhook_id, actor=self.user)
        return Response(delivery_data(message), status=status.HTTP_202_ACCEPTED)


class DeliveriesView(ApiView):
    """What was sent, the newest first, with each attempt; for 30 days."""

    scopes = {"get": TokenScope.ADMIN}

    @describe("List messages", {200: page_of(DeliveryShape, "Delivery")}, query=DeliveryFilters)
    def get(self, request: Request, webhook_id: uuid.UUID) -> Response:
        webhook = require_webhook(webhook_id, actor=self.user)
        filters = DeliveryFilters(data=request.query_params)
        filters.is_valid(raise_exception=True)
        messages = webhook.messages.all()
        if "status" in filters.validated_data:
            messages = messages.filter(status__in=filters.validated_data["status"])
        return paginate(
            request,
            messages,
            delivery_data,
            parameters=filters.validated_data,
            ordering="-created_at",
        )


class RedeliverView(ApiView):
    @describe("Send messages again", {202: Redelivered}, body=Redelivery)
    def post(self, request: Request, webhook_id: uuid.UUID) -> Response:
        wanted = Redelivery(data=request.data)
        wanted.is_valid(raise_exception=True)
        given = wanted.validated_data
        number = redeliver(
            webhook_id,
            actor=self.user,
            message_ids=given.get("ids"),
            since=given.get("since"),
            until=given.get("until"),
            only_undelivered=given["only_undelivered"],
        )
        return Response({"count": number}, status=status.HTTP_202_ACCEPTED)


def webhook_data(webhook: Webhook) -> dict[str, Any]:
    url = links.webhook_url(webhook.id)
    return {
        "id": str(webhook.id),
        "url": webhook.url,
        "team": str(webhook.team_id),
        "events": webhook.events,
        "active": webhook.disabled_at is None,
        "disabled_at": iso_time(webhook.disabled_at),
        "disabled_reason": webhook.disabled_reason or None,
        "created_at": iso_time(webhook.created_at),
        "links": {"self": url, "deliveries": f"{url}deliveries/"},
    }


def delivery_data(message: WebhookMessage) -> dict[str, Any]:
    pending = message.status == MessageStatus.PENDING
    return {
        "id": str(message.id),
        "type": message.kind,
        "status": message.status,
        "payload": message.payload,
        "attempts": message.attempts,
        "next_attempt_at": iso_time(message.next_attempt_at) if pending else None,
        "created_at": iso_time(message.created_at),
    }
