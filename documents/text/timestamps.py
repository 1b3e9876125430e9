"""Times as text: ISO 8601 in UTC, as the HTTP contract, manifests and results have them."""

from __future__ import annotations

import datetime
from typing import overload


@overload
def iso_time(time: datetime.datetime) -> str: ...
@overload
def iso_time(time: None) -> None: ...
def iso_time(time: datetime.datetime | None) -> str | None:
    """`time` (aware) as "2025-12-01T09:30:00.123456Z"; None for None."""
    if time is None:
        return None
    return time.astimezone(datetime.timezone.utc).isoformat().replace("+00:00", "Z")


def parse_iso_time(text: str) -> datetime.datetime:
    """The inverse of `iso_time`. Raises ValueError."""
    # Python 3.10 does not know the Z.
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
