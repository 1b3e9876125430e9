"""Make, change and delete webhooks of a team; send messages again. For its managers."""

from __future__ import annotations

import base64
import datetime
import secrets
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from documents import access
from documents.access import Ability
from documents.audit.record import record_webhook
from documents.errors import InvalidRequest, NotFound
from documents.messages import Message
from documents.models import MessageStatus, User, Webhook, WebhookEvent, WebhookMessage
from documents.outside.addresses import check_receiver
from documents.signals import announce, tasks_waiting
from documents.webhooks.messages import queue_message

MOST_WEBHOOKS = 20
#: How long the secret before signs, too, after a new one was made.
BOTH_SECRETS = datetime.timedelta(hours=24)


def make_webhook(
    url: str, events: Sequence[str], *, actor: User, team_id: uuid.UUID
) -> tuple[Webhook, str]:
    """The webhook and its secret. Raises InvalidRequest, NotFound, NotAllowed."""
    team = access.require_team(actor, Ability.MANAGE, team_id)
    check_receiver(url, field="url")
    if team.webhooks.count() >= MOST_WEBHOOKS:
        message = Message("A team can have at most {most} webhooks.", most=MOST_WEBHOOKS)
        raise InvalidRequest.for_field("team", message)
    secret = _make_secret()
    with transaction.atomic():
        webhook = Webhook.objects.create(
            team=team, owner=actor, url=url, events=sorted(set(events)), secrets=[secret]
        )
        record_webhook(webhook, "webhook.made", actor, events=", ".join(webhook.events))
    return webhook, secret


def change_webhook(
    webhook_id: uuid.UUID,
    *,
    actor: User,
    url: str | None = None,
    events: Sequence[str] | None = None,
    active: bool | None = None,
) -> Webhook:
    """What is None stays. Raises InvalidRequest, NotFound, NotAllowed."""
    if url is not None:
        check_receiver(url, field="url")
    with transaction.atomic():
        webhook = require_webhook(webhook_id, actor=actor)
        was = (webhook.url, webhook.events, webhook.disabled_at is None)
        webhook.url = url or webhook.url
        if events is not None:
            webhook.events = sorted(set(events))
        if active is not None:
            stays = not active and webhook.disabled_at is not None
            webhook.disabled_at = webhook.disabled_at if stays else None
            if not active and not stays:
                webhook.disabled_at = timezone.now()
            webhook.disabled_reason = webhook.disabled_reason if stays else ""
        webhook.save(update_fields=["url", "events", "disabled_at", "disabled_reason"])
        if (webhook.url, webhook.events) != was[:2]:
            record_webhook(webhook, "webhook.changed", actor, events=", ".join(webhook.events))
        if (webhook.disabled_at is None) != was[2]:
            record_webhook(webhook, "webhook.stopped" if was[2] else "webhook.started", actor)
    return webhook


def rotate_secret(webhook_id: uuid.UUID, *, actor: User) -> str:
    """A new secret; the one before signs, too, for a day. Raises NotFound, NotAllowed."""
    with transaction.atomic():
        webhook = require_webhook(webhook_id, actor=actor)
        webhook.secrets = [_make_secret(), *webhook.secrets[:1]]
        webhook.old_secret_until = timezone.now() + BOTH_SECRETS
        webhook.save(update_fields=["secrets", "old_secret_until"])
        record_webhook(webhook, "webhook.secret", actor)
    return str(webhook.secrets[0])


def delete_webhook(webhook_id: uuid.UUID, *, actor: User) -> None:
    """With all its messages. Raises NotFound, NotAllowed."""
    with transaction.atomic():
        webhook = require_webhook(webhook_id, actor=actor)
        record_webhook(webhook, "webhook.deleted", actor)
        webhook.delete()


def send_test(webhook_id: uuid.UUID, *, actor: User) -> WebhookMessage:
    """Queue a message that says nothing. Raises NotFound, NotAllowed."""
    with transaction.atomic():
        webhook = require_webhook(webhook_id, actor=actor)
        data = {"webhook": str(webhook.id)}
        return queue_message(webhook, WebhookEvent.TEST, data, timezone.now())


def redeliver(
    webhook_id: uuid.UUID,
    *,
    actor: User,
    message_ids: Sequence[uuid.UUID] | None = None,
    since: datetime.datetime | None = None,
    until: datetime.datetime | None = None,
    only_undelivered: bool = False,
) -> int:
    """Send messages again: those named, or those of a time; `only_undelivered`: of these only what
    has not arrived. Returns their number. Raises NotFound, NotAllowed."""
    with transaction.atomic():
        webhook = require_webhook(webhook_id, actor=actor)
        messages = webhook.messages.all()
        if message_ids is not None:
            messages = messages.filter(id__in=message_ids)
        if since is not None:
            messages = messages.filter(created_at__gte=since)
        if until is not None:
            messages = messages.filter(created_at__lt=until)
        if only_undelivered:
            messages = messages.exclude(status=MessageStatus.DELIVERED)
        number = messages.update(
            status=MessageStatus.PENDING, tries=0, next_attempt_at=timezone.now()
        )
        if number:
            record_webhook(webhook, "webhook.replayed", actor, messages=number)
        announce(tasks_waiting)
    return number


def require_webhook(webhook_id: uuid.UUID, *, actor: User) -> Webhook:
    """One of a team that `actor` manages. Raises NotFound, NotAllowed."""
    webhook = (
        Webhook.objects.select_related("team")
        .filter(id=webhook_id, team__in=access.teams_of(actor))
        .first()
    )
    if webhook is None:
        raise NotFound(Message("There is no webhook {webhook} here.", webhook=webhook_id))
    access.require_team(actor, Ability.MANAGE, webhook.team_id)
    return webhook


def _make_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
