"""The queue, as Dramatiq sees it. It carries wake-ups only; losing it loses nothing."""

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
    """A broker on the Redis server at `url`; without one, a broker that keeps messages in memory
    (tests, one-off commands: there is no reader to wake).

    A consumer that died loses its messages to the others after 10 s, looked at with every command
    (Dramatiq's defaults took over 150 s).
    """
    middleware = [ShutdownNotifications(notify_shutdown=False), Retries(max_retries=0)]
    if url is None:
        return StubBroker(middleware=middleware)
    client = redis.Redis.from_url(
        url,
        socket_timeout=SEND_TIMEOUT,
        socket_connect_timeout=SEND_TIMEOUT,
        # A connection that broke is made anew; a server that hangs is not waited for twice.
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )
    return RedisBroker(
        client=client,
        middleware=middleware,
        heartbeat_timeout=10_000,
        maintenance_chance=1_000_000,
    )


broker = make_broker(settings.REDIS_URL)
