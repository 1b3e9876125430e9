"""How long to wait after wrong passwords.

What counts depends on who asks:

- a **known device** (`known_devices`), and a **known place** (the same account has logged in from
  that address within 90 days), depend on their own failures only: nobody else can slow them down;
- everybody else waits for the longest of three delays: the account's (however many addresses try
  it), their address's (however many accounts they try) and that of the whole site.

A delay is 1 s after the first failure that is not free, 2 s, 4 s and so on, at most 60 s; failures
are forgotten by half in ten minutes. Each address waits on its own: somebody who keeps trying can't
take the turn of a client at another address, which is admitted after the delay. An attempt that
comes too early is not hashed and does not count.

An attempt counts as a failure before its password is hashed, so that many at the same time count as
many. The state is in the database: it survives restarts, and machines share it.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from documents.errors import TooManyAttempts
from documents.messages import PluralMessage
from documents.models import LogInCounter, User
from documents.sign_in.client import Client
from documents.sign_in.known_devices import find_device

#: Seconds that a delay has at most; a failure counts half after this many.
LONGEST_DELAY = 60.0
HALF_LIFE = 600.0
#: Failures that cause no delay. People behind one address mistype, too; and a program of one place
#: may log in several times at once, which counts as failures until the passwords are hashed.
FREE_OF_KNOWN = 3
FREE_OF_ADDRESS = 5
FREE_OF_SITE = 100
#: More failures than this beyond the free ones are not remembered: the delay is the longest then.
_REMEMBERED = 12
#: How long a place stays known, and how long counters are kept after their last change.
PLACE_KNOWN = datetime.timedelta(days=90)
COUNTER_KEPT = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Attempt:
    """Somebody who wants to log in. All keys are of counters (documents/models/sign_in.py).

    `known`: the account has logged in from this device or place before. `counted`: the counters of
    its failures, and how many of them are free. `waits`: (the counter that knows since when they
    wait, those whose failures say how long)."""

    known: bool
    account: str
    place: str
    counted: dict[str, int]
    waits: tuple[tuple[str, tuple[str, ...]], ...]


def describe_attempt(name: str, user: User | None, client: Client) -> Attempt:
    """`user`: the one whose name it is, if any."""
    name = User.normalize_username(name)
    account, place = _hash("account", name), _hash("place", name, client.network)
    device = find_device(client.device, user) if user is not None else None
    if device is not None:
        key = _hash("device", name, device)
        return Attempt(True, account, place, {key: FREE_OF_KNOWN}, ((key, (key,)),))
    since = timezone.now() - PLACE_KNOWN
    if LogInCounter.objects.filter(key=place, succeeded_at__gt=since).exists():
        return Attempt(True, account, place, {place: FREE_OF_KNOWN}, ((place, (place,)),))
    address, site = _hash("address", client.network), _hash("site")
    counted = {account: 0, place: 0, address: FREE_OF_ADDRESS, site: FREE_OF_SITE}
    waits = ((place, (account,)), (address, (address, site)))
    return Attempt(False, account, place, counted, waits)


def refuse_early(attempt: Attempt) -> None:
    """Raise TooManyAttempts, with the seconds to wait, where the attempt comes too early.

    This is the usual answer to a flood, so it writes nothing but when a wait begins."""
    wait, begins = _find_wait(attempt, _read(attempt.counted))
    if begins:
        with transaction.atomic():
            _ensure(begins)
            LogInCounter.objects.filter(key__in=begins, waiting_since=None).update(
                waiting_since=timezone.now()
            )
    if wait > 0:
        raise _too_many(wait)


def count(attempt: Attempt) -> None:
    """Count a failure, until `record_success`. Raises TooManyAttempts where others were faster."""
    with transaction.atomic():
        _ensure(attempt.counted)
        rows = _read(attempt.counted, lock=True)
        wait, _ = _find_wait(attempt, rows)
        if wait <= 0:
            now = timezone.now()
            for key, row in rows.items():
                most = attempt.counted[key] + _REMEMBERED
                row.failures = min(_failures(row, now) + 1, most)
                row.counted_at = row.waiting_since = now
                row.save()
    if wait > 0:
        raise _too_many(wait)


def record_success(attempt: Attempt) -> None:
    """The password was right: take back what `count` counted, and mistakes made here before."""
    now = timezone.now()
    with transaction.atomic():
        _ensure([attempt.place])
        rows = _read({*attempt.counted, attempt.place}, lock=True)
        place = rows.pop(attempt.place)
        mistakes = _failures(place, now)
        for row in rows.values():
            row.failures = 0.0 if attempt.known else max(0.0, _failures(row, now) - mistakes)
            row.counted_at = now
            row.save()
        place.failures, place.counted_at, place.succeeded_at = 0.0, now, now
        place.save()
        _delete_old(now)


def _find_wait(attempt: Attempt, rows: dict[str, LogInCounter]) -> tuple[float, list[str]]:
    """Seconds to wait, and the counters whose wait begins now."""
    now = timezone.now()
    longest, begins = 0.0, []
    for waiting, causes in attempt.waits:
        delay = max(
            _delay(_failures(rows[key], now) - attempt.counted[key]) if key in rows else 0.0
            for key in causes
        )
        since = rows[waiting].waiting_since if waiting in rows else None
        if delay and since is None:
            begins.append(waiting)
        waited = (now - since).total_seconds() if since is not None else 0.0
        longest = max(longest, delay - waited)
    return longest, begins


def _delay(failures: float) -> float:
    """Seconds: none, 1, 2, 4, ..., 60."""
    return 0.0 if failures < 0.5 else min(LONGEST_DELAY, 2.0 ** (failures - 1))


def _failures(row: LogInCounter, now: datetime.datetime) -> float:
    age = max(0.0, (now - row.counted_at).total_seconds())
    return float(row.failures * 0.5 ** (age / HALF_LIFE))


def _ensure(keys: Iterable[str]) -> None:
    """Make the counters that are missing. In one order, so that two attempts never deadlock."""
    LogInCounter.objects.bulk_create(
        [LogInCounter(key=key) for key in sorted(keys)], ignore_conflicts=True
    )


def _read(keys: Iterable[str], *, lock: bool = False) -> dict[str, LogInCounter]:
    found = LogInCounter.objects.filter(key__in=list(keys)).order_by("key")
    return {row.key: row for row in (found.select_for_update() if lock else found)}


def _delete_old(now: datetime.datetime) -> None:
    old = LogInCounter.objects.filter(counted_at__lt=now - COUNTER_KEPT)
    old.filter(succeeded_at=None).delete()
    old.filter(succeeded_at__lt=now - PLACE_KNOWN).delete()


def _too_many(wait: float) -> TooManyAttempts:
    seconds = max(1, math.ceil(wait))
    return TooManyAttempts(
        PluralMessage(
            "Too many wrong passwords. Try again in {count} second.",
            "Too many wrong passwords. Try again in {count} seconds.",
            count=seconds,
        ),
        retry_after=seconds,
    )


def _hash(*parts: str) -> str:
    text = "\0".join(parts).encode("utf-8", errors="backslashreplace")
    return salted_hmac("documents.log-in-counter", text, algorithm="sha256").hexdigest()
