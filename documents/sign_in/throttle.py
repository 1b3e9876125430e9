"""How long to wait after wrong passwords.

What counts depends on who asks:

- a **known device** (`known_devices`), and a **known place** (the same account has logged in from
  that address within 90 days), depend on their own failures only: nobody else can slow them down;
- everybody else waits for the longest of three delays: the account's (however many addresses try
  it), their address's (however many accounts they try) and that of the whole site.

A delay is 1 s after the first failure that is not free, 2 s, 4 s and so on, at most 60 s; failures
are forgotten by half in ten minutes. Each address waits on its own, as long as it was told at its
first attempt: somebody who keeps trying can't take the turn of a client at another address, or make
it wait for longer. An attempt that comes too early is not hashed and does not count.

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
    its failures, and how many of them are free. `waits`: (the counter that knows until when they
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
    now = timezone.now()
    wait, begins = _find_wait(attempt, _read(attempt.counted), now)
    if begins:
        with transaction.atomic():
            _ensure(begins)
            for key, until in begins.items():
                LogInCounter.objects.filter(key=key, waits_until=None).update(waits_until=until)
    if wait > 0:
        raise _too_many(wait)


def count(attempt: Attempt) -> None:
    """Count a failure, until `record_success`. Raises TooManyAttempts where others were faster."""
    with transaction.atomic():
        _ensure(attempt.counted)
        rows = _read(attempt.counted, lock=True)
        now = timezone.now()
        wait, _ = _find_wait(attempt, rows, now)
        if wait <= 0:
            for key, row in rows.items():
                most = attempt.counted[key] + _REMEMBERED
                row.failures = min(_failures(row, now) + 1, most)
                row.counted_at = now
            for waiting, causes in attempt.waits:
                rows[waiting].waits_until = now + _find_delay(attempt, rows, causes, now)
            for row in rows.values():
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
            row.counted_at, row.waits_until = now, None
            row.save()
        place.failures, place.waits_until = 0.0, None
        place.counted_at = place.succeeded_at = now
        place.save()
        _delete_old(now)


def _find_wait(
    attempt: Attempt, rows: dict[str, LogInCounter], now: datetime.datetime
) -> tuple[float, dict[str, datetime.datetime]]:
    """Seconds to wait, and the counters whose wait begins now, with its end."""
    longest, begins = 0.0, {}
    for waiting, causes in attempt.waits:
        until = rows[waiting].waits_until if waiting in rows else None
        if until is None:
            until = now + _find_delay(attempt, rows, causes, now)
            if until > now:
                begins[waiting] = until
        longest = max(longest, (until - now).total_seconds())
    return longest, begins


def _find_delay(
    attempt: Attempt, rows: dict[str, LogInCounter], causes: Iterable[str], now: datetime.datetime
) -> datetime.timedelta:
    """The longest delay of `causes`."""
    failures = (
        _failures(rows[key], now) - attempt.counted[key] if key in rows else 0.0 for key in causes
    )
    return datetime.timedelta(seconds=max(map(_delay, failures)))


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
