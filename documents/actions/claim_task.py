"""Lease what a background worker has to do for a document: count its pages, assemble results."""

from __future__ import annotations

from django.db import transaction

from documents.errors import Quarantined
from documents.events import commit_reading_end
from documents.messages import Message
from documents.models import Document, Task
from documents.models.claim import MAX_TASK_ATTEMPTS, TaskClaim


def claim_task() -> TaskClaim | None:
    """Lease the oldest free task. Returns None where there is none.

    The attempt is counted here, before the work starts. A task whose attempts are used up fails
    its document.
    """
    while True:
        with transaction.atomic():
            document = (
                Document.objects.with_free_task()
                .select_for_update(skip_locked=True, of=("self",))
                .order_by("created_at")
                .first()
            )
            if document is None:
                return None
            if document.task_attempts >= MAX_TASK_ATTEMPTS:
                _give_up(document)
                continue
            document.task_lease.grant(document)
            document.task_attempts += 1
            document.save_changed_fields()
        return TaskClaim(
            document.id, document.task, document.task_lease_token, document.task_attempts
        )


def _give_up(document: Document) -> None:
    if document.task == Task.PREPARE:
        message = Message(
            "The document could not be opened: the process that tried was lost {attempts} times. "
            "Have it read again once the cause is removed.",
            attempts=MAX_TASK_ATTEMPTS,
        )
    else:
        message = Message(
            "The results could not be assembled: the process that tried was lost {attempts} "
            "times. Have the document read again once the cause is removed.",
            attempts=MAX_TASK_ATTEMPTS,
        )
    document.task_lease.revoke(document)
    document.fail_whole(Quarantined(message, document=document.id))
    commit_reading_end(document)
