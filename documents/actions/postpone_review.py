"""A reviewer puts the review of a document off."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.utils import timezone

from documents import access
from documents.access import Ability
from documents.errors import InvalidRequest
from documents.events import commit_change
from documents.messages import Message
from documents.models import Document, User
from documents.models.event import EventKind
from documents.models.review import NOTE_LENGTH
from documents.text.timestamps import iso_time
from documents.text.validation import validate_text


def postpone_review(
    document_id: uuid.UUID,
    *,
    actor: User | None,
    until: datetime.datetime | None,
    note: str = "",
) -> Document:
    """Leave the document out of what reviewers get next until a time in the future, and give it
    back. `until` None: it is to be reviewed now after all.

    Raises NotFound, NotAllowed, InvalidRequest (a time in the past), Conflict (in the trash).
    """
    note = " ".join(validate_text(note, field="note", max_length=NOTE_LENGTH).split())
    if until is not None and until <= timezone.now():
        message = Message("Choose a time in the future.")
        raise InvalidRequest.for_field("until", message)
    with transaction.atomic():
        document = access.require_locked(actor, Ability.DECIDE, document_id)
        document.refuse_if_closed()
        document.postponed_until, document.review_note = until, note
        if actor is None or document.review_lease_by_id == actor.pk:
            document.end_review_lease()
        data = {"until": iso_time(until), "note": note} if until else {"until": None}
        commit_change(document, EventKind.POSTPONED, actor, **data)
    return document
