"""Lease what a background worker has to do for a document: count its pages, assemble results."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from documents.actions.claim_turns import Turns
from documents.errors import Quarantined
from documents.events import commit_reading_end
from documents.messages import Message
from documents.models import Document, Priority, Task
from documents.models.claim import MAX_TASK_ATTEMPTS, TaskClaim
from documents.models.lease import lock_first


def claim_task(
    turns: Turns | None = None, *, to_prepare_no: Collection[str] = ()
) -> TaskClaim | None:
    """Lease the oldest free task, of the documents whose turn it is first. Returns None where there
    is none.

    `to_prepare_no`: MIME types of documents that are not to be prepared now.

    The attempt is counted here, before the work starts. A task whose attempts are used up fails
    its document.
    """
    turns = turns or Turns(0)
    while True:
        with transaction.atomic():
            document = _lock_first(turns, to_prepare_no)
            if document is None:
                return None
            if document.task_attempts >= MAX_TASK_ATTEMPTS:
                _give_up(document)
                continue
            document.task_lease.grant(document)
            document.task_attempts += 1
            document.save_changed_fields()
        turns.serve(Priority(document.priority))
        return TaskClaim(
            document.id,
            document.task,
            document.task_lease_token,
            document.task_attempts,
            document.mime_type,
        )


def _lock_first(turns: Turns, to_prepare_no: Collection[str]) -> Document | None:
    free = Document.objects.with_free_task().order_by("created_at")
    free = free.exclude(task=Task.PREPARE, mime_type__in=to_prepare_no)
    for priority in turns.priorities:
        documents = free.filter(priority=priority)
        document = lock_first(documents)
        if document is not None:
            return document
    return None


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
