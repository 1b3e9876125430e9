"""One generation of the index, as the process that writes it has it open."""

from __future__ import annotations

import datetime
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from documents.search.index.change_feed import Feed
from documents.search.index.entry_writer import DOCUMENT_BATCH, EntryWriter
from documents.search.index.index_state import IndexState

#: Entries of pending documents that are rewritten at a time, and while other documents have just
#: changed: on a busy machine 100 entries take half a second.
REWRITES, REWRITES_BESIDE_CHANGES = 100, 30


class Generation:
    """Its entries, and how far it has followed the changes and the build.

    Every method raises ValueError or OSError if its files cannot be used.
    """

    def __init__(self, directory: Path, state: IndexState) -> None:
        self.directory, self.state = directory, state
        self.feed = Feed(state.position)
        #: The progress of the build; `state` has it after a commit.
        self.built_to, self.built = state.built_to, state.built
        self.saved_at = time.monotonic()
        #: Documents that are not updated completely, with the time of their change.
        self.pending: dict[uuid.UUID, datetime.datetime] = {}
        self._has_unsaved_position = False
        self._writer = EntryWriter(directory)

    @property
    def entry_count(self) -> int:
        return self._writer.entry_count

    def update(self, document_ids: Iterable[uuid.UUID]) -> None:
        """Make all entries of these documents match the database; visible after `commit`. Once for
        a document between two commits."""
        self._writer.update(document_ids)

    def update_changed(
        self, document_ids: Sequence[uuid.UUID], changed_at: datetime.datetime
    ) -> list[uuid.UUID]:
        """Update documents that have just changed, then pending ones, within a moment's work.

        New pages come first. Re-indexing old pages (a tag renamed on a thousand documents) must
        not delay new ones, or vice versa. Returns the documents updated completely; the others
        stay pending.
        """
        self._has_unsaved_position = True
        changed = set(document_ids)
        waiting = [each for each in self.pending if each not in changed]
        unfinished, _ = self._writer.update(document_ids, REWRITES_BESIDE_CHANGES)
        budget = REWRITES_BESIDE_CHANGES if document_ids else REWRITES
        for at in range(0, len(waiting), DOCUMENT_BATCH):
            batch = waiting[at : at + DOCUMENT_BATCH]
            if budget > 0:
                batch, budget = self._writer.update(batch, budget)
            unfinished += batch
        since = {**dict.fromkeys(document_ids, changed_at), **self.pending}
        self.pending = {each: since[each] for each in unfinished}
        return [each for each in since if each not in self.pending]

    def commit(self) -> None:
        """Make everything updated visible."""
        self._writer.commit()

    def save_followed(self) -> None:
        """Save the position in the change feed, unless documents are pending. The caller has
        notified the listener of all changes before it."""
        if self._has_unsaved_position and not self.pending:
            self._save(replace(self.state, position=self.feed.position))
            self._has_unsaved_position = False

    def commit_build(self, *, complete: bool = False) -> None:
        """Make the documents built so far visible and save the progress: after a kill, the build
        goes on from here."""
        self.commit()
        self._save(replace(self.state, built_to=self.built_to, built=self.built, complete=complete))
        self.saved_at = time.monotonic()

    def close(self) -> None:
        self._writer.close()

    def _save(self, state: IndexState) -> None:
        if state != self.state:
            state.write(self.directory)
            self.state = state
