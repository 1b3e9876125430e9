"""What replication does when the archive announces a change."""

from __future__ import annotations

import uuid
from typing import Any

from documents import signals
from documents.models import Event
from documents.replication.after_commit import sync_after_commit, upload_in_background
from documents.replication.tombstones import write_tombstone
from documents.replication.upload import may_share_database


def connect() -> None:
    """Called once, when the app is ready."""
    signals.event_recorded.connect(_event_recorded, dispatch_uid="replication.event_recorded")
    signals.document_purged.connect(_document_purged, dispatch_uid="replication.document_purged")
    signals.derived_file_written.connect(
        _derived_file_written, dispatch_uid="replication.derived_file_written"
    )
    signals.export_made.connect(_export_made, dispatch_uid="replication.export_made")


def _event_recorded(event: Event, **_: Any) -> None:
    # A person's change is in the copies when its answer is sent; the system's follow later.
    if event.actor_id is not None:
        sync_after_commit(event)


def _document_purged(document_id: uuid.UUID, **_: Any) -> None:
    write_tombstone(document_id)


def _derived_file_written(document_id: uuid.UUID, key: str, **_: Any) -> None:
    upload_in_background(document_id, key)


def _export_made(document_id: uuid.UUID, key: str, **_: Any) -> None:
    # Only for other machines that share the database: it can be made again from what is mirrored.
    if may_share_database():
        upload_in_background(document_id, key)
