"""How many requests a token may send in a minute, counted for all machines together.

Counts are in Redis (REDIS_URL), one small key a token and minute, gone a minute later. Where Redis
does not answer at once, this process counts by itself for a while: each machine then allows the
whole number, which is still a limit, and no request waits or fails.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import redis
import structlog
from django.conf import settings

log = structlog.get_logger(__name__)

#: Seconds in which requests are counted together.
WINDOW = 60
#: Seconds that a request waits for Redis, and for which Redis is left alone when it fails.
_TIMEOUT, _LEFT_ALONE = 0.1, 10.0
#: Keys that this process counts by itself at most.
_MOST_LOCAL = 10_000

_now = time.time


@dataclass(frozen=True)
class Usage:
    """`count`: requests of this window, this one included; `reset`: seconds until the next."""

    limit: int
    count: int
    reset: int

    @property
    def exceeded(self) -> bool:
        return self.count > self.limit

    @property
    def remaining(self) -> int:
        return max(self.limit - self.count, 0)


class RateCounter:
    """Thread-safe. `url`: of Redis; None to count in this process."""

    def __init__(self, url: str | None) -> None:
        self._client = (
            redis.Redis.from_url(url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT)
            if url
            else None
        )
        self._silent_until = 0.0
        self._lock = threading.Lock()
        self._local: dict[str, int] = {}
        self._local_window = 0

    def count(self, key: str, limit: int) -> Usage:
        """Count one request of `key`."""
        now = _now()
        window, passed = divmod(int(now), WINDOW)
        number = self._count_shared(key, window, now)
        if number is None:
            number = self._count_locally(key, window)
        return Usage(limit, number, WINDOW - passed)

    def _count_shared(self, key: str, window: int, now: float) -> int | None:
        if self._client is None or now < self._silent_until:
            return None
        name = f"ocrsite:rate:{key}:{window}"
        try:
            pipe = self._client.pipeline(transaction=False)
            pipe.incr(name)
            pipe.expire(name, 2 * WINDOW)
            return int(pipe.execute()[0])
        except redis.RedisError as error:
            self._silent_until = now + _LEFT_ALONE
            log.warning("rate_counted_locally", reason=str(error))
            return None

    def _count_locally(self, key: str, window: int) -> int:
        with self._lock:
            if window != self._local_window or len(self._local) >= _MOST_LOCAL:
                self._local_window, self._local = window, {}
            self._local[key] = self._local.get(key, 0) + 1
            return self._local[key]


_COUNTER: RateCounter | None = None


def count_request(key: str) -> Usage | None:
    """Count one request of the token `key`; None where requests are not limited."""
    global _COUNTER
    limit: int = settings.OCRSITE_RATE_LIMIT
    if not limit:
        return None
    if _COUNTER is None:
        _COUNTER = RateCounter(settings.REDIS_URL)
    return _COUNTER.count(key, limit)
