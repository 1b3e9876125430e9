"""How the audit learns of looks and exports: noted in memory, written a second later.

No request that reads waits for a write. What is noted lies in this process until the next flush, so
a process that is killed may lose the last second of it. Looks at one document by one person within
`REPEATED_WITHIN` are one entry; an export is one entry each time.
"""

from __future__ import annotations

import datetime
import threading
import uuid
from dataclasses import dataclass

from django.db import DatabaseError
from django.utils import timezone

from documents.models import AuditEntry, AuditKind, Document, User

REPEATED_WITHIN = datetime.timedelta(minutes=10)
#: Notes in memory at most, where the database takes none.
MOST = 10_000
#: Looks that are remembered, so that no query has to ask for them.
_REMEMBERED = 10_000


@dataclass(frozen=True)
class Note:
    """Somebody has read something. `what`: "page" for a look, the file's name for an export."""

    kind: AuditKind
    what: str
    user_id: int
    username: str
    document_id: uuid.UUID
    at: datetime.datetime

    @property
    def look(self) -> tuple[int, uuid.UUID]:
        return self.user_id, self.document_id


class Reads:
    """The notes of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Note] = []
        self._seen: dict[tuple[int, uuid.UUID], datetime.datetime] = {}

    def note(self, note: Note) -> None:
        with self._lock:
            if note.kind == AuditKind.VIEWED:
                if self._is_repeated(note):
                    return
                self._seen.pop(note.look, None)
                self._seen[note.look] = note.at
                while len(self._seen) > _REMEMBERED:
                    del self._seen[next(iter(self._seen))]
            if len(self._waiting) < MOST:
                self._waiting.append(note)

    def flush(self) -> int:
        """Write what waits; returns the number of entries. Raises DatabaseError: then it waits
        for the next flush."""
        with self._lock:
            notes, self._waiting = self._waiting, []
        if not notes:
            return 0
        try:
            return _write(notes)
        except DatabaseError:
            with self._lock:
                self._waiting = [*notes, *self._waiting][:MOST]
            raise

    def clear(self) -> None:
        """Forget everything, unwritten."""
        with self._lock:
            self._waiting, self._seen = [], {}

    def _is_repeated(self, note: Note) -> bool:
        before = self._seen.get(note.look)
        return before is not None and note.at - before < REPEATED_WITHIN


def _write(notes: list[Note]) -> int:
    """Another process may have written the same looks: they are asked for once."""
    documents = {
        row["id"]: row
        for row in Document.objects.filter(id__in={note.document_id for note in notes}).values(
            "id", "title", "team_id"
        )
    }
    users = set(User.objects.filter(id__in={n.user_id for n in notes}).values_list("id", flat=True))
    known = set(
        AuditEntry.objects.filter(
            kind=AuditKind.VIEWED,
            document_id__in=documents,
            at__gt=timezone.now() - REPEATED_WITHIN,
        ).values_list("user_id", "document_id")
    )
    entries = [
        AuditEntry(
            at=note.at,
            kind=note.kind,
            what=note.what,
            user_id=note.user_id if note.user_id in users else None,
            username=note.username,
            team_id=documents[note.document_id]["team_id"],
            document_id=note.document_id,
            title=documents[note.document_id]["title"],
        )
        for note in notes
        if note.document_id in documents
        and not (note.kind == AuditKind.VIEWED and note.look in known)
    ]
    AuditEntry.objects.bulk_create(entries, batch_size=500)
    return len(entries)


#: Those of this process.
reads = Reads()
