"""Say how soon a document is read."""

from __future__ import annotations

from documents.actions.asked_for import parse_priority, refuse_too_many_urgent
from documents.models import Document, Priority
from documents.signals import announce, pages_waiting


def prioritise(document: Document, priority: str) -> bool:
    """Set, without saving, the priority (low, normal, high) of a document that the caller has
    locked; it is kept for when the document is read again. Whether it is another one than before.

    Raises InvalidRequest, TooManyUrgent.
    """
    wanted = parse_priority(priority)
    if document.priority == wanted:
        return False
    if wanted is Priority.HIGH:
        refuse_too_many_urgent(document.team)
    document.priority = wanted
    announce(pages_waiting)
    return True
