"""Update the index from the change feed, one step at a time.

A step may be interrupted at any moment: what was committed stays, and the change feed delivers the
rest again. While a generation is built, changes are followed in it and in the one that is served.
"""

from __future__ import annotations

import time
from pathlib import Path

import structlog
from django.utils import timezone

from documents.search.index import change_feed
from documents.search.index.build import build_slice
from documents.search.index.generation import Generation
from documents.search.index.index_state import IndexStatus
from documents.search.index.lifecycle import IndexLifecycle
from documents.search.index.notifier import ChangeNotifier, Listener

log = structlog.get_logger(__name__)

#: Seconds for which a change counts as recent: more may follow soon.
RECENT = 3.0
#: Seconds between two reports of the status, and between two deletions of old change rows.
REPORT_INTERVAL, DELETION_INTERVAL = 1.0, 3600.0


class Follower:
    """`listener`: notified of changed documents once their changes can be found; after a kill, of
    some a second time. Only one process may follow an index, see `follower_process`."""

    def __init__(self, root: Path, listener: Listener | None = None) -> None:
        self.root = root
        self._lifecycle = IndexLifecycle(root)
        self._notifier = ChangeNotifier(listener)
        self._lag = 0.0
        self._last_change = self._last_commit = 0.0
        self._next_report = self._next_deletion = 0.0

    @property
    def served(self) -> Generation | None:
        return self._lifecycle.served

    @property
    def building(self) -> Generation | None:
        return self._lifecycle.building

    @property
    def is_behind(self) -> bool:
        """Whether a build or notifications are unfinished."""
        return self.building is not None or self._notifier.has_pending

    @property
    def has_recent_changes(self) -> bool:
        return time.monotonic() - self._last_change < RECENT

    @property
    def seconds_since_commit(self) -> float:
        return time.monotonic() - self._last_commit

    def step(self) -> bool:
        """Index new changes, and build for a slice of time; True if there is more to do at once.

        Raises DatabaseError, and errors for which `index_errors.is_index_error` is true.
        """
        busy = False
        self._lifecycle.ensure_generation()
        followed = self._lifecycle.generations
        for generation in followed:
            busy = self._follow(generation) or busy
        self._notifier.notify_if_due()
        if not self._notifier.has_pending:
            for generation in followed:
                generation.save_followed()
        if self.building is not None:
            busy = self._build(self.building) or busy
        self._report()
        self._delete_old_changes()
        return busy or self._notifier.is_due

    def drop(self) -> None:
        """Forget what was not committed; the next step opens the index again."""
        self._lifecycle.drop()

    def report_failure(self, detail: str) -> None:
        self._write_status("failing", detail)

    def _follow(self, generation: Generation) -> bool:
        """Index changes, as many as can be found soon; True if there are more."""
        changes = generation.feed.read()
        if changes.documents:
            self._last_change = time.monotonic()
        elif not generation.pending:
            generation.feed.acknowledge(changes)
            return False
        if generation.built_to != generation.state.built_to:
            # A document may be updated only once between two commits.
            generation.commit_build()
        oldest = min(filter(None, (changes.oldest, *generation.pending.values())))
        updated = generation.update_changed(changes.documents, changes.oldest or oldest)
        self._last_commit = time.monotonic()
        generation.commit()
        generation.feed.acknowledge(changes)
        if generation is self.served or self.served is None:
            self._lag = (timezone.now() - oldest).total_seconds()
            self._notifier.add(updated)
        return changes.more or bool(generation.pending)

    def _build(self, generation: Generation) -> bool:
        if not build_slice(generation):
            return True
        self._lifecycle.complete_build()
        # Which changes the listener knows was saved in the previous index, and is lost with it.
        self._notifier.add(change_feed.list_changed_documents())
        return False

    def _report(self) -> None:
        if time.monotonic() >= self._next_report:
            self._write_status("building" if self.building else "following")

    def _write_status(self, state: str, detail: str = "") -> None:
        self._next_report = time.monotonic() + REPORT_INTERVAL
        shown = self.served or self.building
        IndexStatus(
            state,
            entries=shown.entry_count if shown else 0,
            lag=self._lag,
            built=self.building.built if self.building else 0,
            documents=self.building.state.documents if self.building else 0,
            detail=detail,
        ).write(self.root)

    def _delete_old_changes(self) -> None:
        if time.monotonic() >= self._next_deletion:
            self._next_deletion = time.monotonic() + DELETION_INTERVAL
            change_feed.delete_old_changes()
