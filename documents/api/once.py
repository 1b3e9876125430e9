"""`Idempotency-Key`: how it is described, and how its answers are told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from documents.actions.do_once import LONGEST_KEY, Answer, do_once
from documents.api.openapi.describe import header
from documents.models import User

IDEMPOTENCY_KEY = header(
    "Idempotency-Key",
    "Your own name for this request: sent again within 24 h, it is answered as the first time.",
    maxLength=LONGEST_KEY,
)


def answer_once(request: Request, user: User, asked: Any, work: Callable[[], Answer]) -> Answer:
    """What `work` answers; once, where the request names a key. `asked`: all that it asks for,
    beside its path."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        return work()
    content = json.dumps([request.path, *asked], default=str)
    return do_once(key, hashlib.sha256(content.encode()).hexdigest(), work, actor=user)


def respond_once(answer: Answer) -> Response:
    """`Idempotency-Replayed: true` where nothing was done for this request."""
    headers = {"Location": answer.location} if answer.location else {}
    if answer.repeated:
        headers["Idempotency-Replayed"] = "true"
    return Response(answer.body, status=answer.status, headers=headers)
