"""The one process of a machine that writes its index: `manage.py search follow`."""

from __future__ import annotations

import threading
from pathlib import Path

import structlog
from django.db import DatabaseError, close_old_connections, connections

from documents.search.index import index_files, index_flags
from documents.search.index.follower import Follower
from documents.search.index.index_errors import is_index_error, is_resource_error
from documents.search.index.index_lock import IndexLock
from documents.search.index.notifier import Listener

log = structlog.get_logger(__name__)

#: Seconds between two steps, and after a recent change, more of which may follow soon: pages come
#: one by one, about one a second, and each step takes 2 ms.
POLL_INTERVAL, FAST_POLL_INTERVAL = 0.25, 0.15
#: Seconds from one commit to the next where there are few changes in between. A commit costs as
#: much as the entries of ten pages: while pages are read one by one, they share it.
COMMIT_INTERVAL = 0.7
#: Seconds until the next try after an error (no database, no space left).
RETRY_DELAY = 2.0
#: Failures in a row after which the generation is reported as damaged.
MAX_FAILURES = 3


class FollowerProcess:
    """`stopping`: set it to stop. `listener`: see `Follower`."""

    def __init__(
        self, root: Path, stopping: threading.Event, listener: Listener | None = None
    ) -> None:
        self._root, self._stopping = root, stopping
        self._lock = IndexLock(root)
        self._follower = Follower(root, listener)
        self._failures = 0

    def run(self) -> None:
        """Follow changes until stopped; wait while another process has the lock."""
        while not self._stopping.is_set():
            try:
                if not self._lock.is_held():
                    self._acquire_lock()
                    continue
                close_old_connections()
                busy = self._follower.step()
            except DatabaseError as error:
                self._handle_failure("The database does not answer.", error)
                connections.close_all()
            except BaseException as error:
                if not is_index_error(error):
                    raise
                self._handle_failure("The index can't be written.", error)
                self._count_failure(error)
            else:
                self._failures = 0
                self._stopping.wait(self._choose_pause(busy))
        self._lock.release()
        connections.close_all()

    def _choose_pause(self, busy: bool) -> float:
        """Seconds until the next step."""
        if busy:
            return 0.0
        if not self._follower.has_recent_changes:
            return POLL_INTERVAL
        return max(FAST_POLL_INTERVAL, COMMIT_INTERVAL - self._follower.seconds_since_commit)

    def _acquire_lock(self) -> None:
        # If the lock's file was deleted, another process may have written since.
        self._follower.drop()
        if self._lock.acquire():
            log.info("search_follower_started", directory=str(self._root))
        else:
            self._stopping.wait(POLL_INTERVAL)

    def _handle_failure(self, what: str, error: BaseException) -> None:
        log.error("search_follower_failed", what=what, reason=str(error))
        self._follower.drop()
        try:
            self._follower.report_failure(f"{what} {error}")
        except OSError:
            log.error("search_status_write_failed")
        self._stopping.wait(RETRY_DELAY)

    def _count_failure(self, error: BaseException) -> None:
        """Have a generation replaced that fails each time; a full disk does not count."""
        self._failures += 1
        path = index_files.read_current(self._root)
        if self._failures >= MAX_FAILURES and path is not None and not is_resource_error(error):
            index_flags.report_damage(path)
