"""Do what a request asks once, however often it is sent with the same `Idempotency-Key`."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from documents.errors import InvalidRequest, KeyReused, StillUnderWay
from documents.messages import Message
from documents.models import OnceRequest, User

#: For so long the answer is kept, and so long is a request taken for under way.
KEPT = datetime.timedelta(hours=24)
UNDER_WAY = datetime.timedelta(minutes=5)
LONGEST_KEY = 255
_RETRY_AFTER = 2
#: Old rows that each new one takes with it.
_SWEPT = 50


@dataclass(frozen=True)
class Answer:
    """`repeated`: the work was done for an earlier request."""

    status: int
    body: Any
    location: str = ""
    repeated: bool = False


def do_once(key: str, fingerprint: str, work: Callable[[], Answer], *, actor: User) -> Answer:
    """What `work` answers, or what it answered to the first request with this key.

    `fingerprint`: a hash of all that the request asks for. A request that is refused or fails is
    forgotten: its key may be used again. Raises InvalidRequest for a key that is too long,
    KeyReused where the key came with another request within 24 h, StillUnderWay, and what `work`
    raises.
    """
    if len(key) > LONGEST_KEY:
        message = Message("An Idempotency-Key has at most {most} characters.", most=LONGEST_KEY)
        raise InvalidRequest.for_field("Idempotency-Key", message)
    digest = hashlib.sha256(key.encode("utf-8", errors="replace")).hexdigest()
    request = _begin(actor, digest, fingerprint)
    if request.status is not None:
        return Answer(request.status, request.body, request.location, repeated=True)
    try:
        answer = work()
    except BaseException:
        OnceRequest.objects.filter(pk=request.pk).delete()
        raise
    OnceRequest.objects.filter(pk=request.pk).update(
        status=answer.status, body=answer.body, location=answer.location
    )
    return answer


def _begin(actor: User, digest: str, fingerprint: str) -> OnceRequest:
    """The row of this request: a new one, or that of the answered one."""
    _sweep()
    for _ in range(2):
        try:
            with transaction.atomic():
                return OnceRequest.objects.create(user=actor, key=digest, fingerprint=fingerprint)
        except IntegrityError:
            earlier = OnceRequest.objects.filter(user=actor, key=digest).first()
        if earlier is None:
            continue  # it failed at this moment
        now = timezone.now()
        lost = earlier.status is None and now - earlier.created_at > UNDER_WAY
        if lost or now - earlier.created_at > KEPT:
            OnceRequest.objects.filter(pk=earlier.pk, created_at=earlier.created_at).delete()
            continue
        if earlier.fingerprint != fingerprint:
            raise KeyReused(
                Message("This Idempotency-Key came with another request within 24 hours.")
            )
        if earlier.status is not None:
            return earlier
        break
    raise StillUnderWay(
        Message("The first request with this Idempotency-Key is still under way."),
        retry_after=_RETRY_AFTER,
    )


def _sweep() -> None:
    old = OnceRequest.objects.filter(created_at__lt=timezone.now() - KEPT)
    pks = list(old.order_by("created_at").values_list("pk", flat=True)[:_SWEPT])
    if pks:
        OnceRequest.objects.filter(pk__in=pks).delete()
