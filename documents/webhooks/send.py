"""One attempt to deliver a message: signed (Standard Webhooks), to an address that is checked."""

from __future__ import annotations

import datetime
import json
import time
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from standardwebhooks import Webhook as Signer

from documents.errors import AddressForbidden, FetchFailed
from documents.models import WebhookMessage
from documents.outside.fetch import post

#: Seconds within which a receiver must answer.
TIMEOUT = 15.0
#: Bytes of its answer that are kept.
KEPT = 1024


@dataclass(frozen=True)
class Attempt:
    """`status` None where there was no answer; `error` says why."""

    at: datetime.datetime
    status: int | None
    seconds: float
    answer: str
    error: str

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """The receiver says that it wants no more."""
        return self.status == 410

    def to_json(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(),
            "status": self.status,
            "seconds": round(self.seconds, 3),
            "answer": self.answer,
            "error": self.error,
        }


def send(message: WebhookMessage) -> Attempt:
    """Never raises: whatever happens is an attempt. Waits for the network."""
    at, begun = timezone.now(), time.monotonic()
    body = json.dumps(message.payload, ensure_ascii=False, separators=(",", ":"))
    headers = {
        "Content-Type": "application/json",
        "webhook-id": f"msg_{message.id.hex}",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(_sign(message, at, body)),
    }
    status, answer, error = None, b"", ""
    try:
        status, answer = post(
            message.webhook.url, body.encode(), headers, timeout=TIMEOUT, most=KEPT
        )
    except (AddressForbidden, FetchFailed) as problem:
        error = problem.detail
    seconds = time.monotonic() - begun
    return Attempt(at, status, seconds, answer.decode("utf-8", errors="replace"), error)


def _sign(message: WebhookMessage, at: datetime.datetime, body: str) -> list[str]:
    webhook = message.webhook
    old = webhook.old_secret_until is not None and webhook.old_secret_until > at
    secrets = webhook.secrets if old else webhook.secrets[:1]
    when = at.astimezone(datetime.timezone.utc)
    return [Signer(secret).sign(f"msg_{message.id.hex}", when, body) for secret in secrets]
