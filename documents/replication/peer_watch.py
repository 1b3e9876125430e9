"""Another container of this archive, beside this one for a while: what it takes in is shown here.

A platform that updates a container starts the new one before it stops the old. What the old one
does after the new one has looked through the bucket would be missing there until its next start.
That another is at work is seen from its database's copy: it lies in the bucket beside ours.
"""

from __future__ import annotations

import datetime
import threading
import time

import structlog
from django.db import close_old_connections

from documents.bucket.store import bucket
from documents.errors import ArchiveError
from documents.replication.database_replicas import Replica, replicas
from documents.replication.pull_from_bucket import catch_up_since
from documents.replication.restore_document import Outcome
from documents.replication.upload import writer

log = structlog.get_logger(__name__)

#: Seconds between two looks.
EVERY = 15.0
#: How long a look goes on behind another container's last sign of life, and how far before the
#: look before the next one reaches back: the sign may come a moment before or after the deed.
MARGIN = datetime.timedelta(minutes=2)
#: How far back the first look goes: the time this container's own start may have taken.
START = datetime.timedelta(hours=1)


class Neighbours:
    """For the only background process of a site whose database is copied into the bucket. All times
    are the bucket's."""

    def __init__(self) -> None:
        self._next = float("-inf")
        self._looking = threading.Lock()
        self._seen: datetime.datetime | None = None

    def look_if_due(self) -> None:
        """In a thread of its own: who calls never waits."""
        if time.monotonic() >= self._next and self._looking.acquire(blocking=False):
            self._next = time.monotonic() + EVERY
            threading.Thread(target=self._look, name="neighbours", daemon=True).start()

    def _look(self) -> None:
        try:
            self.look()
        except (ArchiveError, OSError) as error:
            log.warning("neighbours_not_looked_for", reason=str(error))
        except Exception:
            log.exception("neighbours_not_looked_for")
        finally:
            close_old_connections()
            self._looking.release()

    def look(self) -> None:
        """Raises BucketError, OSError, StorageFull."""
        target = bucket()
        if target is None:
            return
        ours, others = _told_apart(replicas(target))
        if ours is None:
            return  # nothing says yet what time it is there
        newest = max((replica.newest for replica in others), default=None)
        since = self._seen - MARGIN if self._seen else ours.newest - START
        if newest is not None and newest >= since:
            outcomes = catch_up_since(since)
            found = {kind.name.lower(): n for kind, n in outcomes.items() if kind in _NEWS}
            if found:
                log.info("another_containers_changes_taken_in", **found)
        self._seen = ours.newest


_NEWS = (Outcome.TAKEN, Outcome.UPDATED, Outcome.PURGED)


def _told_apart(found: list[Replica]) -> tuple[Replica | None, list[Replica]]:
    own = writer()
    ours = next((replica for replica in found if str(replica.id) == own), None)
    return ours, [replica for replica in found if replica is not ours]
