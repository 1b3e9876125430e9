"""The databases' replicas in the bucket, and the removal of those no longer needed."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

import structlog

from documents.bucket.errors import BucketError
from documents.bucket.settings import DATABASE_PREFIX
from documents.bucket.store import Bucket

log = structlog.get_logger(__name__)

#: A replica that was not written to for this long belongs to a container that is gone.
OLD_AFTER = datetime.timedelta(days=7)
#: How many others stay, however old: a start that finds its own damaged falls back to them.
MIN_OTHERS = 2


@dataclass(frozen=True)
class Replica:
    """`newest`: when its last object was written, UTC."""

    id: uuid.UUID
    newest: datetime.datetime
    keys: tuple[str, ...]


def list_replicas(bucket: Bucket) -> list[Replica]:
    """Every replica in the bucket, the last written first. Raises BucketError."""
    newest: dict[uuid.UUID, datetime.datetime] = {}
    keys: dict[uuid.UUID, list[str]] = {}
    for found in bucket.list(DATABASE_PREFIX):
        name, _, rest = found.key.removeprefix(DATABASE_PREFIX).partition("/")
        try:
            replica = uuid.UUID(name)
        except ValueError:
            continue  # not written by this program
        if rest.endswith(".ltx"):
            keys.setdefault(replica, []).append(found.key)
            newest[replica] = max(found.modified, newest.get(replica, found.modified))
    return sorted(
        (Replica(replica, newest[replica], tuple(keys[replica])) for replica in newest),
        key=lambda replica: replica.newest,
        reverse=True,
    )


def remove_old_replicas(bucket: Bucket, own: uuid.UUID, now: datetime.datetime) -> int:
    """Delete the replicas of containers that are long gone; return their number.

    The replica `own` and the newest `MIN_OTHERS` others always stay. A refusal of the bucket ends
    it and is logged.
    """
    removed = 0
    try:
        others = [replica for replica in list_replicas(bucket) if replica.id != own]
        for replica in others[MIN_OTHERS:]:
            if now - replica.newest < OLD_AFTER:
                continue
            # Snapshots have the highest names and go last: if this is interrupted, what remains
            # is a complete earlier state.
            for key in sorted(replica.keys):
                bucket.delete(key)
            removed += 1
            log.info("old_replica_removed", replica=str(replica.id))
    except BucketError as error:
        log.warning("old_replicas_not_removed", code=error.code, reason=error.detail)
    return removed
