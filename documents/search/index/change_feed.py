"""Change rows: written with every new version of a document, read in an order that skips none.

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

#: How long rows are kept for an index that was not followed meanwhile (a machine that was off).
KEPT = datetime.timedelta(days=3)
#: Rows that are read at a time.
BATCH = 2000


def connect() -> None:
    """Called once, when the app is ready."""
    documents_changed.connect(note_changed, dispatch_uid="search.note_changed")


def note_changed(document_ids: Iterable[uuid.UUID], **_: Any) -> None:
    """Write one row for each document, in the transaction that changed it."""
    SearchChange.objects.bulk_create(
        (SearchChange(document_id=document_id) for document_id in document_ids), batch_size=500
    )


@dataclass(frozen=True)
class Position:
    """How far the changes have been followed: all that is before it is in the index.

    `row`, `written_at`: the last change that was seen; where it is not there any more, the
    database is another one, or an older one. `transaction`: on PostgreSQL, the oldest one that
    was still running, below which no row can appear any more; 0 elsewhere.
    """

    row: int = 0
    written_at: str = ""
    transaction: int = 0


@dataclass(frozen=True)
class Snapshot:
    """Which transactions had ended at one moment (PostgreSQL): those below `until` that are not
    among `running`. All below `oldest` had."""

    oldest: int = 0
    until: int = 0
    running: frozenset[int] = frozenset()

    def shows(self, transaction: int) -> bool:
        return transaction < self.until and transaction not in self.running


@dataclass(frozen=True)
class Changes:
    """`documents` have changed; what follows starts at `position`. `oldest`: when the first of
    these changes was written; `more` says whether others wait."""

    documents: list[uuid.UUID]
    position: Position
    oldest: datetime.datetime | None = None
    more: bool = False
    #: All that it shows is told. None: what is below the position's transaction is.
    seen: Snapshot | None = None
    #: Row -> transaction, of rows that are told and would be read once more.
    told: Mapping[int, int] = field(default_factory=dict)


@dataclass
class Feed:
    """The changes behind a position.

    A transaction that stays open for hours holds the position, from which another process would
    go on, but not this feed: it knows which ones were open when it looked last.
    """

    position: Position
    _seen: Snapshot | None = None
    _told: Mapping[int, int] = field(default_factory=dict)

    def read(self) -> Changes:
        """What has changed, at most `BATCH` rows. It is told again until `settle` is called."""
        snapshot = _snapshot()
        rows = list(
            self._behind()
            .exclude(id__in=list(self._told))
            .order_by("transaction", "id")
            .values_list("id", "document_id", "transaction", "created_at")[: BATCH + 1]
        )
        more, rows = len(rows) > BATCH, rows[:BATCH]
        transaction = min(snapshot.oldest, rows[-1][2]) if more else snapshot.oldest
        newest = max(((row[0], row[3].isoformat()) for row in rows), default=(0, ""))
        newest = max(newest, (self.position.row, self.position.written_at))
        seen = self._seen if more else snapshot
        told = {**self._told, **{row[0]: row[2] for row in rows}}
        return Changes(
            documents=list(dict.fromkeys(row[1] for row in rows)),
            position=Position(*newest, transaction),
            oldest=min((row[3] for row in rows), default=None),
            more=more,
            seen=seen,
            told={
                row: at
                for row, at in told.items()
                if transaction and (at >= transaction if seen is None else not seen.shows(at))
            },
        )

    def settle(self, changes: Changes) -> None:
        """These are in the index, for good."""
        self.position, self._seen, self._told = changes.position, changes.seen, changes.told

    def _behind(self) -> QuerySet[SearchChange]:
        if connection.vendor != "postgresql":
            return SearchChange.objects.filter(id__gt=self.position.row)
        if self._seen is None:
            return SearchChange.objects.filter(transaction__gte=self.position.transaction)
        unseen = Q(transaction__gte=self._seen.until) | Q(transaction__in=self._seen.running)
        return SearchChange.objects.filter(unseen)


def now() -> Position:
    """The position behind everything that is committed."""
    horizon = _snapshot().oldest
    newest = SearchChange.objects.order_by("-id").values_list("id", "created_at").first()
    if newest is None:
        return Position(transaction=horizon)
    return Position(newest[0], newest[1].isoformat(), horizon)


def continues(position: Position) -> bool:
    """Whether this database is the one that the position is of, and still knows what came after.
    An older copy of it, or one of which so much was removed, is not."""
    if position.transaction > _snapshot().oldest:
        return False
    if position.row == 0:
        # Nothing had ever changed: right only as long as the first change is still there.
        first = SearchChange.objects.order_by("id").values_list("id", flat=True).first()
        return first is None or first == 1
    written = SearchChange.objects.filter(id=position.row).values_list("created_at", flat=True)
    return [moment.isoformat() for moment in written] == [position.written_at]


def lately_changed() -> list[uuid.UUID]:
    """The documents of all the rows that are kept."""
    changed = SearchChange.objects.order_by("document_id").values_list("document_id", flat=True)
    return list(changed.distinct())


def forget_old() -> int:
    """Remove rows that every index has followed, or is built anew for. The newest one stays."""
    newest = SearchChange.objects.aggregate(newest=Max("id"))["newest"]
    old = SearchChange.objects.filter(created_at__lt=timezone.now() - KEPT)
    return old.exclude(id=newest).delete()[0] if newest else 0


def _snapshot() -> Snapshot:
    """The transactions as they are (PostgreSQL). Ask before the rows are read. Nothing where there
    is one writer at a time."""
    if connection.vendor != "postgresql":
        return Snapshot()
    with connection.cursor() as cursor:
        # Of the transaction that asks, if it writes, a snapshot does not tell whether it runs.
        cursor.execute("SELECT txid_current_snapshot()::text, txid_current_if_assigned()")
        said, own = cursor.fetchone()
    oldest, until, running = said.split(":")
    open_ones = {int(each) for each in running.split(",") if each}
    return Snapshot(int(oldest), int(until), frozenset(open_ones | ({own} if own else set())))
