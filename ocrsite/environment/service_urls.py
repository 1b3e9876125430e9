"""`DATABASE_URL` and `REDIS_URL`: the servers that several machines share."""

from __future__ import annotations

import ipaddress
import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

#: libpq's limits (seconds; milliseconds for tcp_user_timeout) after which a PostgreSQL server that
#: has vanished without an answer is given up. The query of DATABASE_URL overrides them.
DATABASE_TIMEOUTS: dict[str, Any] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


def parse_database_url(url: str) -> dict[str, Any] | None:
    """Django's dictionary for a PostgreSQL database; None for an empty `url`.

    Raises ValueError; its message never repeats the URL, which holds a password.
    """
    if not url:
        return None
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("postgres", "postgresql") or not name:
        raise ValueError(
            "DATABASE_URL is not valid: it must look like postgresql://user:password@host:5432/name"
        )
    try:
        port = parts.port
    except ValueError:
        raise ValueError("DATABASE_URL is not valid: its port is not a number") from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        # A server on a unix socket is named by `?host=/directory`, as in libpq's URLs.
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": options.pop("port", str(port or "")),
        "OPTIONS": {**DATABASE_TIMEOUTS, **options},
    }


def parse_redis_url(url: str) -> str | None:
    """`url` itself once it is checked; None for an empty one. Raises ValueError."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss", "unix") or not (parts.netloc or parts.path):
        raise ValueError(
            "REDIS_URL is not valid: it must look like redis://host:6379/0 or unix:///path"
        )
    return url


#: The name of a host, or a network.
CallAllowed = str | ipaddress.IPv4Network | ipaddress.IPv6Network


def parse_call_allowed(text: str) -> tuple[CallAllowed, ...]:
    """Hosts, addresses and networks, by comma. Raises ValueError."""
    found: list[CallAllowed] = []
    for part in filter(None, (part.strip().lower() for part in text.split(","))):
        try:
            found.append(ipaddress.ip_network(part, strict=False))
        except ValueError:
            if not re.fullmatch(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9])?", part):
                raise ValueError(
                    "it must list host names, addresses or networks such as 10.0.0.0/8"
                ) from None
            found.append(part)
    return tuple(found)
