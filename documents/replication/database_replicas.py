"""The databases' replicas that lie in the bucket, and the end of those that nobody needs."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

import structlog

from documents.bucket.settings import DATABASE_PREFIX
from documents.bucket.store import Bucket
from documents.errors import BucketError

log = structlog.get_logger(__name__)

#: A replica to which nothing was written for so long belongs to a container that is gone.
OLD = datetime.timedelta(days=7)
#: So many of the others stay, however old: a start that finds ours damaged falls back to them.
KEPT = 2


@dataclass(frozen=True)
class Replica:
    """`newest`: when its last object was written, UTC."""

    id: uuid.UUID
    newest: datetime.datetime
    keys: tuple[str, ...]


def replicas(bucket: Bucket) -> list[Replica]:
    """Every replica in the bucket, the one that was written to last first. Raises BucketError."""
    newest: dict[uuid.UUID, datetime.datetime] = {}
    keys: dict[uuid.UUID, list[str]] = {}
    for found in bucket.list(DATABASE_PREFIX):
        name, _, rest = found.key.removeprefix(DATABASE_PREFIX).partition("/")
        try:
            replica = uuid.UUID(name)
        except ValueError:
            continue  # nothing of ours
        if rest.endswith(".ltx"):
            keys.setdefault(replica, []).append(found.key)
            newest[replica] = max(found.modified, newest.get(replica, found.modified))
    return sorted(
        (Replica(replica, newest[replica], tuple(keys[replica])) for replica in newest),
        key=lambda replica: replica.newest,
        reverse=True,
    )


def remove_old(bucket: Bucket, own: uuid.UUID, now: datetime.datetime) -> int:
    """Delete the replicas of containers that are long gone; returns how many went.

    Never our own, nor the newest two of the others. What the bucket refuses is logged, once.
    """
    removed = 0
    try:
        others = [replica for replica in replicas(bucket) if replica.id != own]
        for replica in others[KEPT:]:
            if now - replica.newest < OLD:
                continue
            # Snapshots have the highest names and go last: what is left when this breaks off is
            # an earlier state, not ruins.
            for key in sorted(replica.keys):
                bucket.delete(key)
            removed += 1
            log.info("old copy of the database removed", replica=str(replica.id))
    except BucketError as error:
        log.warning(
            "old copies of the database stay in the bucket", code=error.code, reason=error.detail
        )
    return removed
