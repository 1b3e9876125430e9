"""Pull what another container of this archive changes while both run for a moment.

A platform that updates a container starts the new one before it stops the old. What the old one
does after the new one has read the bucket would be missing here until the next start. A container
at work is seen from the copy of its database in the bucket, next to ours.
"""

from __future__ import annotations

import datetime

import structlog
from django.db import close_old_connections

from documents.background_check import BackgroundCheck
from documents.bucket.configured import configured_bucket
from documents.errors import ArchiveError
from documents.replication.bucket_manifest import read_writer_id
from documents.replication.database_replicas import Replica, list_replicas
from documents.replication.pull_from_bucket import pull_changes_since
from documents.replication.restore_document import Outcome

log = structlog.get_logger(__name__)

#: Seconds between two checks.
EVERY = 15.0
#: How long checks go on after another container's last sign of life, and how far before the last
#: check the next one reaches back: the sign may come a moment before or after the change.
MARGIN = datetime.timedelta(minutes=2)
#: How far back the first check reaches: the time this container's own start may have taken.
START = datetime.timedelta(hours=1)


class PeerWatch:
    """For the only background process of a site whose database is copied into the bucket.

    All times are the bucket's.
    """

    def __init__(self) -> None:
        self._check: BackgroundCheck[None] = BackgroundCheck("peer-check", every=EVERY)
        self._seen: datetime.datetime | None = None

    def check_if_due(self) -> None:
        """Check in a thread of its own; returns at once."""
        self._check.ask(self._run_check)

    def _run_check(self) -> None:
        try:
            self.check()
        except (ArchiveError, OSError) as error:
            log.warning("peer_check_failed", reason=str(error))
        except Exception:
            log.exception("peer_check_failed")
        finally:
            close_old_connections()

    def check(self) -> None:
        """Pull what another container has changed since the last check.

        Raises BucketError, OSError, StorageFull.
        """
        target = configured_bucket()
        if target is None:
            return
        ours, others = _separate_own(list_replicas(target))
        if ours is None:
            return  # the bucket's time is not known yet
        newest = max((replica.newest for replica in others), default=None)
        since = self._seen - MARGIN if self._seen else ours.newest - START
        if newest is not None and newest >= since:
            outcomes = pull_changes_since(since)
            found = {kind.name.lower(): n for kind, n in outcomes.items() if kind in _CHANGES}
            if found:
                log.info("peer_changes_pulled", **found)
        self._seen = ours.newest


_CHANGES = (Outcome.RESTORED, Outcome.UPDATED, Outcome.PURGED)


def _separate_own(found: list[Replica]) -> tuple[Replica | None, list[Replica]]:
    own = read_writer_id()
    ours = next((replica for replica in found if str(replica.id) == own), None)
    return ours, [replica for replica in found if replica is not ours]
