"""The change feed: a row for every new version of a document, read in an order that skips none.

A change is announced when a document's version rises (`documents.events.commit_change`): with every
change of anything about a document, or of the text of a page.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from documents.models import SearchChange
from documents.signals import documents_changed

#: How long rows are kept for an index that does not follow them (of a machine that is off).
RETENTION = datetime.timedelta(days=3)
#: Rows in one read.
BATCH = 2000


def connect() -> None:
    """Called once, when the app is ready."""
    documents_changed.connect(record_changes, dispatch_uid="search.record_changes")


def record_changes(document_ids: Iterable[uuid.UUID], **_: Any) -> None:
    """Write one row for each document, in the transaction that changed it."""
    SearchChange.objects.bulk_create(
        (SearchChange(document_id=document_id) for document_id in document_ids), batch_size=500
    )


@dataclass(frozen=True)
class Position:
    """A position in the feed: all changes before it are in the index.

    `row`, `written_at`: the newest change read. If the database does not have it, it is another
    database or an older copy. `transaction`: on PostgreSQL, the oldest transaction that was still
    running, below which no row can appear any more; 0 on other databases.
    """

    row: int = 0
    written_at: str = ""
    transaction: int = 0


@dataclass(frozen=True)
class Snapshot:
    """The transactions that had ended at one moment (PostgreSQL): those below `until` that are not
    among `running`, so all those below `oldest`."""

    oldest: int = 0
    until: int = 0
    running: frozenset[int] = frozenset()

    def has_ended(self, transaction: int) -> bool:
        return transaction < self.until and transaction not in self.running


@dataclass(frozen=True)
class Changes:
    """One read of the feed. `documents` have changed; the next read starts at `position`. `oldest`:
    when the first of these changes was written. `more`: others can be read at once."""

    documents: list[uuid.UUID]
    position: Position
    oldest: datetime.datetime | None = None
    more: bool = False
    #: Every change visible in this snapshot has been delivered. None: only those below the
    #: transaction of `position`.
    seen: Snapshot | None = None
    #: Row -> transaction, of delivered rows that would be read again.
    delivered: Mapping[int, int] = field(default_factory=dict)


@dataclass
class Feed:
    """The changes after a position.

    A transaction that stays open for hours holds back the position, from which another process
    would continue, but not this feed: it knows which transactions were open at its last read.
    """

    position: Position
    _seen: Snapshot | None = None
    _delivered: Mapping[int, int] = field(default_factory=dict)

    def read(self) -> Changes:
        """Read at most `BATCH` rows. They are delivered again until `acknowledge` is called."""
        snapshot = _read_snapshot()
        rows = list(
            self._unread_rows()
            .exclude(id__in=list(self._delivered))
            .order_by("transaction", "id")
            .values_list("id", "document_id", "transaction", "created_at")[: BATCH + 1]
        )
        more, rows = len(rows) > BATCH, rows[:BATCH]
        transaction = min(snapshot.oldest, rows[-1][2]) if more else snapshot.oldest
        newest = max(((row[0], row[3].isoformat()) for row in rows), default=(0, ""))
        newest = max(newest, (self.position.row, self.position.written_at))
        seen = self._seen if more else snapshot
        delivered = {**self._delivered, **{row[0]: row[2] for row in rows}}
        return Changes(
            documents=list(dict.fromkeys(row[1] for row in rows)),
            position=Position(*newest, transaction),
            oldest=min((row[3] for row in rows), default=None),
            more=more,
            seen=seen,
            delivered={
                row: at
                for row, at in delivered.items()
                if transaction and (at >= transaction if seen is None else not seen.has_ended(at))
            },
        )

    def acknowledge(self, changes: Changes) -> None:
        """Mark these changes as indexed."""
        self.position, self._seen, self._delivered = (
            changes.position,
            changes.seen,
            changes.delivered,
        )

    def _unread_rows(self) -> QuerySet[SearchChange]:
        if connection.vendor != "postgresql":
            return SearchChange.objects.filter(id__gt=self.position.row)
        if self._seen is None:
            return SearchChange.objects.filter(transaction__gte=self.position.transaction)
        unseen = Q(transaction__gte=self._seen.until) | Q(transaction__in=self._seen.running)
        return SearchChange.objects.filter(unseen)


def read_position() -> Position:
    """The position after every committed change."""
    horizon = _read_snapshot().oldest
    newest = SearchChange.objects.order_by("-id").values_list("id", "created_at").first()
    if newest is None:
        return Position(transaction=horizon)
    return Position(newest[0], newest[1].isoformat(), horizon)


def is_continued(position: Position) -> bool:
    """Whether this database has every change after `position`: not if it is another database, an
    older copy, or the rows have been deleted."""
    if position.transaction > _read_snapshot().oldest:
        return False
    if position.row == 0:
        # There was no change yet: continued only if the first change is still there.
        first = SearchChange.objects.order_by("id").values_list("id", flat=True).first()
        return first is None or first == 1
    written = SearchChange.objects.filter(id=position.row).values_list("created_at", flat=True)
    return [moment.isoformat() for moment in written] == [position.written_at]


def list_changed_documents() -> list[uuid.UUID]:
    """The documents of all rows that have not been deleted."""
    changed = SearchChange.objects.order_by("document_id").values_list("document_id", flat=True)
    return list(changed.distinct())


def delete_old_changes() -> int:
    """Delete rows older than `RETENTION`, except the newest row: an index that has not followed
    them is rebuilt. Returns how many."""
    newest = SearchChange.objects.aggregate(newest=Max("id"))["newest"]
    old = SearchChange.objects.filter(created_at__lt=timezone.now() - RETENTION)
    return old.exclude(id=newest).delete()[0] if newest else 0


def _read_snapshot() -> Snapshot:
    """The state of transactions (PostgreSQL); read it before the rows. Empty on a database with one
    writer at a time."""
    if connection.vendor != "postgresql":
        return Snapshot()
    with connection.cursor() as cursor:
        # A snapshot does not show the current transaction, if it writes, as running.
        cursor.execute("SELECT txid_current_snapshot()::text, txid_current_if_assigned()")
        text, own = cursor.fetchone()
    oldest, until, running = text.split(":")
    open_transactions = {int(each) for each in running.split(",") if each}
    return Snapshot(
        int(oldest), int(until), frozenset(open_transactions | ({own} if own else set()))
    )
