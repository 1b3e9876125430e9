"""Webhooks: addresses that are told what happens to a team's documents, and what was sent."""

from __future__ import annotations

import datetime
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from documents.models.lease import Leased, LeaseFields
from documents.models.team import Team


class WebhookEvent(models.TextChoices):
    """What a webhook can ask for; `webhooks.messages` says from which events they come."""

    READY = "document.ready", "document.ready"
    PARTIAL = "document.partial", "document.partial"
    FAILED = "document.failed", "document.failed"
    APPROVED = "document.approved", "document.approved"
    REJECTED = "document.rejected", "document.rejected"
    CORRECTED = "document.corrected", "document.corrected"
    DELETED = "document.deleted", "document.deleted"
    MATCHED = "search.matched", "search.matched"
    #: Sent by hand.
    TEST = "webhook.test", "webhook.test"


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def to_serve(self) -> WebhookQuerySet:
        """Those that have something to send now, and that nobody serves."""
        due = WebhookMessage.objects.due().filter(webhook=models.OuterRef("pk"))
        return self.filter(Webhook.lease.is_free(), models.Exists(due), disabled_at=None)


class Webhook(Leased):
    """`secrets`: the newest first; an older one signs, too, until `old_secret_until`."""

    #: Held by the thread that sends to it, so that one receiver is sent one message at a time.
    lease: ClassVar = LeaseFields("lease", datetime.timedelta(seconds=60))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="webhooks")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    url = models.CharField(max_length=2000)
    events = models.JSONField(default=list)
    secrets = models.JSONField(default=list)
    old_secret_until = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)
    disabled_reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = WebhookQuerySet.as_manager()

    def __str__(self) -> str:
        return self.url


class MessageStatus(models.TextChoices):
    PENDING = "pending", "pending"
    DELIVERED = "delivered", "delivered"
    FAILED = "failed", "failed"


class WebhookMessageQuerySet(models.QuerySet["WebhookMessage"]):
    def due(self) -> WebhookMessageQuerySet:
        return self.filter(status=MessageStatus.PENDING, next_attempt_at__lte=timezone.now())


class WebhookMessage(models.Model):
    """One event for one webhook, written in the transaction that made it true. `attempts`: each
    with `at`, `status`, `seconds`, `answer` (its first kB) and `error`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=40)
    payload = models.JSONField()
    status = models.CharField(
        max_length=9, choices=MessageStatus.choices, default=MessageStatus.PENDING
    )
    attempts = models.JSONField(default=list)
    #: Attempts since it was last asked for: a replay has all of them again.
    tries = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = WebhookMessageQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                fields=("webhook", "next_attempt_at"),
                condition=models.Q(status="pending"),
                name="webhook_message_due",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.status}"
