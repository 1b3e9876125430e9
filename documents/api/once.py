"""`Idempotency-Key`: how it is described, and how its answers are told."""

from __future__ import annotations

from rest_framework.response import Response

from documents.actions.do_once import LONGEST_KEY, Answer
from documents.api.openapi.describe import header

IDEMPOTENCY_KEY = header(
    "Idempotency-Key",
    "Your own name for this request: sent again within 24 h, it is answered as the first time.",
    maxLength=LONGEST_KEY,
)


def respond_once(answer: Answer) -> Response:
    """`Idempotency-Replayed: true` where nothing was done for this request."""
    headers = {"Location": answer.location} if answer.location else {}
    if answer.repeated:
        headers["Idempotency-Replayed"] = "true"
    return Response(answer.body, status=answer.status, headers=headers)
