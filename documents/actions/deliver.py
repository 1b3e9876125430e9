"""Send what webhooks wait for: at least once, again after failures, and one receiver's slowness is
no other's."""

from __future__ import annotations

import datetime

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from documents.audit.record import record_webhook
from documents.models import MessageStatus, Webhook, WebhookMessage
from documents.webhooks.send import Attempt, send

#: Seconds until the next attempt, after each: over a day in all.
BACK_OFF = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 28800)
#: Messages that one claim sends before other webhooks have their turn.
_IN_A_ROW = 10
#: How long what was sent can be asked for, and replayed.
KEEP = datetime.timedelta(days=30)
#: Attempts of a message that are remembered.
_REMEMBERED = 20

log = structlog.get_logger(__name__)


def serve_next_webhook() -> bool:
    """Send what the webhook that has waited longest is due; whether there was one.

    A receiver that does not take a message is left alone until that one's next attempt.
    """
    longest = F("lease_expires_at").asc(nulls_first=True)
    webhook = Webhook.objects.to_serve().order_by(longest, "created_at").first()
    if webhook is None:
        return False
    row = Webhook.objects.filter(pk=webhook.pk)
    token = Webhook.lease.take(row)
    if token is None:
        return True
    try:
        for _ in range(_IN_A_ROW):
            if not _send_next(webhook) or not Webhook.lease.renew(row, token):
                break
    finally:
        # Not forgotten when: whoever has much to be sent waits until the others had their turn.
        Webhook.lease.release(row, token, free_at=timezone.now())
    return True


def end_sending_leases() -> None:
    """At the start of the only site there can be: whoever held them is gone."""
    Webhook.lease.end_all(Webhook.objects.all())


def forget_old_messages() -> int:
    old = WebhookMessage.objects.filter(created_at__lt=timezone.now() - KEEP)
    return old.delete()[0]


def _send_next(webhook: Webhook) -> bool:
    """Whether it was delivered, so that the next may follow at once."""
    message = (
        WebhookMessage.objects.due()
        .filter(webhook=webhook, webhook__disabled_at=None)
        .select_related("webhook")
        .order_by("next_attempt_at")
        .first()
    )
    if message is None:
        return False
    attempt = send(message)
    _record(message, attempt)
    return attempt.delivered


def _record(message: WebhookMessage, attempt: Attempt) -> None:
    message.attempts = [*message.attempts, attempt.to_json()][-_REMEMBERED:]
    message.tries += 1
    gives_up = message.tries > len(BACK_OFF) or attempt.gone
    if attempt.delivered:
        message.status = MessageStatus.DELIVERED
    elif gives_up:
        message.status = MessageStatus.FAILED
    else:
        wait = BACK_OFF[message.tries - 1]
        message.next_attempt_at = timezone.now() + datetime.timedelta(seconds=wait)
    with transaction.atomic():
        message.save(update_fields=["attempts", "tries", "status", "next_attempt_at"])
        if gives_up and not attempt.delivered:
            reason = f"{attempt.status or ''} {attempt.error}".strip()[:300]
            active = Webhook.objects.filter(pk=message.webhook_id, disabled_at=None)
            if active.update(disabled_at=timezone.now(), disabled_reason=reason):
                record_webhook(message.webhook, "webhook.failed", None, reason=reason)
            log.warning("webhook_disabled", webhook=str(message.webhook_id), reason=reason)
