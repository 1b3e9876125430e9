"""Dramatiq's broker. The queue carries wake-ups only; losing it loses no work."""

from __future__ import annotations

import redis
from django.conf import settings
from dramatiq import Broker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Retries, ShutdownNotifications
from redis.backoff import NoBackoff
from redis.retry import Retry

#: Seconds that sending a wake-up may take: an upload waits for it.
SEND_TIMEOUT = 2.0


def make_broker(url: str | None) -> Broker:
    """Connect to the Redis server at `url`; None: keep messages in memory (tests, commands).

    The messages of a consumer that died go to the others after 10 s, checked with every command
    (150 s and more with Dramatiq's defaults).
    """
    middleware = [ShutdownNotifications(notify_shutdown=False), Retries(max_retries=0)]
    if url is None:
        return StubBroker(middleware=middleware)
    client = redis.Redis.from_url(
        url,
        socket_timeout=SEND_TIMEOUT,
        socket_connect_timeout=SEND_TIMEOUT,
        # Reconnect where a connection broke; do not wait twice for a server that hangs.
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )
    return RedisBroker(
        client=client,
        middleware=middleware,
        heartbeat_timeout=10_000,
        maintenance_chance=1_000_000,
    )


broker = make_broker(settings.REDIS_URL)
