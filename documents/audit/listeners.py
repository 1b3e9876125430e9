"""What the audit does when the archive announces a change."""

from __future__ import annotations

from documents import signals
from documents.audit.record import record_event


def connect() -> None:
    """Called once, when the app is ready."""
    signals.event_recorded.connect(record_event, dispatch_uid="audit.event_recorded")
