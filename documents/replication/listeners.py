"""What replication does about what the archive announces."""

from __future__ import annotations

import uuid
from typing import Any

from documents import signals
from documents.models import Event
from documents.replication.after_commit import keep_when_committed, push_soon
from documents.replication.tombstones import bury


def connect() -> None:
    """Called once, when the app is ready."""
    signals.event_recorded.connect(_event_recorded, dispatch_uid="replication.event_recorded")
    signals.document_purged.connect(_document_purged, dispatch_uid="replication.document_purged")
    signals.derived_file_written.connect(
        _derived_file_written, dispatch_uid="replication.derived_file_written"
    )


def _event_recorded(event: Event, **_: Any) -> None:
    # What a person did is in the copies when they are told so; the rest follows by itself.
    if event.actor_id is not None:
        keep_when_committed(event)


def _document_purged(document_id: uuid.UUID, **_: Any) -> None:
    bury(document_id)


def _derived_file_written(document_id: uuid.UUID, key: str, **_: Any) -> None:
    push_soon(document_id, key)
