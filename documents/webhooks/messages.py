"""The outbox: rows that say what is to be sent, written in the event's own transaction."""

from __future__ import annotations

import uuid
from typing import Any

from documents import signals
from documents.exports import links
from documents.models import (
    Document,
    Event,
    SavedSearch,
    Webhook,
    WebhookEvent,
    WebhookMessage,
)
from documents.models.event import EventKind
from documents.text.timestamps import iso_time

_KINDS = {
    EventKind.APPROVED: WebhookEvent.APPROVED,
    EventKind.REJECTED: WebhookEvent.REJECTED,
    EventKind.CORRECTED: WebhookEvent.CORRECTED,
    EventKind.TRASHED: WebhookEvent.DELETED,
    EventKind.MATCHED: WebhookEvent.MATCHED,
}
#: By the document's status when its reading has ended.
_READ = {
    "ready": WebhookEvent.READY,
    "partial": WebhookEvent.PARTIAL,
    "failed": WebhookEvent.FAILED,
}


def connect() -> None:
    """Called once, when the app is ready."""
    signals.event_recorded.connect(_event_recorded, dispatch_uid="webhooks.event_recorded")


def kind_of(event: Event) -> WebhookEvent | None:
    """What webhooks call it; None for what they are not told."""
    if event.kind == EventKind.READ:
        return _READ.get(event.data.get("status", ""))
    return _KINDS.get(EventKind(event.kind))


def event_data(event: Event, document: Document) -> dict[str, Any]:
    return {
        "event": event.pk,
        "document": {
            "id": str(document.id),
            "title": document.title,
            "team": str(document.team_id),
            "status": document.status,
            "review_status": document.review_status,
            "links": {"self": links.document_url(document.id)},
        },
        "details": event.data,
    }


def queue_message(webhook: Webhook, kind: str, data: dict[str, Any], at: Any) -> WebhookMessage:
    payload = {"type": kind, "timestamp": iso_time(at), "data": data}
    signals.announce(signals.tasks_waiting)
    return WebhookMessage.objects.create(webhook=webhook, kind=kind, payload=payload)


def _event_recorded(event: Event, **_: Any) -> None:
    kind = kind_of(event)
    if kind is None:
        return
    webhooks = Webhook.objects.filter(team=event.document.team_id, disabled_at=None)
    wanted = [webhook for webhook in webhooks if kind in webhook.events]
    if wanted and kind == WebhookEvent.MATCHED:
        wanted = _who_may_know(wanted, event.data.get("search"))
    for webhook in wanted:
        queue_message(webhook, kind, event_data(event, event.document), event.created_at)


def _who_may_know(webhooks: list[Webhook], search_id: Any) -> list[Webhook]:
    """Of a person's own search only that person's webhooks, of a team's those of the team."""
    search = SavedSearch.objects.filter(id=uuid.UUID(str(search_id))).first()
    if search is None:
        return []
    if search.team_id is not None:
        return [webhook for webhook in webhooks if webhook.team_id == search.team_id]
    return [webhook for webhook in webhooks if webhook.owner_id == search.owner_id]
