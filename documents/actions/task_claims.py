"""Claim what a background process owes a document: to count its pages or assemble its results."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from documents.actions.locking import locked
from documents.errors import LeaseLost, Quarantined
from documents.events import commit_reading_end
from documents.models import Document
from documents.models.document import Task

#: Renewed while the task is done; one that ends unrenewed has lost its process.
LEASE = datetime.timedelta(seconds=30)
#: A task that ended with its process's death this often is given up.
MAX_ATTEMPTS = 4


@dataclass(frozen=True)
class TaskClaim:
    """The right to do one task of one document, until the lease ends."""

    document_id: uuid.UUID
    task: str
    token: int
    attempt: int

    @property
    def last_attempt(self) -> bool:
        return self.attempt >= MAX_ATTEMPTS


def claim_task() -> TaskClaim | None:
    """The oldest task nobody is at, or None. The attempt is counted here, before the work."""
    while True:
        with transaction.atomic():
            document = (
                waiting_tasks()
                .select_for_update(skip_locked=True, of=("self",))
                .order_by("created_at")
                .first()
            )
            if document is None:
                return None
            document.task_token += 1
            document.task_attempts += 1
            document.task_lease_expires_at = timezone.now() + LEASE
            given_up = document.task_attempts > MAX_ATTEMPTS
            if given_up:
                _give_up(document)
            else:
                document.save_changed_fields()
        if not given_up:
            return TaskClaim(
                document.id, document.task, document.task_token, document.task_attempts
            )


def renew_task(claim: TaskClaim) -> bool:
    """Extend the lease; False when the claim is lost."""
    return bool(
        Document.objects.filter(
            id=claim.document_id, task=claim.task, task_token=claim.token
        ).update(task_lease_expires_at=timezone.now() + LEASE)
    )


def take_back_all_tasks() -> int:
    """End every lease: for the only background process there can be, as it starts. The attempts of
    its predecessor stay counted. Returns their number."""
    held = Document.objects.exclude(task=Task.NONE).exclude(task_lease_expires_at=None)
    return held.update(task_lease_expires_at=None)


def release_task(claim: TaskClaim) -> None:
    """Give the task back untried (a stop on request): the attempt does not count."""
    Document.objects.filter(id=claim.document_id, task_token=claim.token).update(
        task_lease_expires_at=None, task_attempts=claim.attempt - 1
    )


def postpone_task(claim: TaskClaim, delay: datetime.timedelta, *, counted: bool = True) -> None:
    """Leave the task for later: nobody claims it before `delay` has passed.

    Not `counted`: the attempt is taken back, for the document is not to blame.
    """
    Document.objects.filter(id=claim.document_id, task_token=claim.token).update(
        task_lease_expires_at=timezone.now() + delay,
        task_attempts=claim.attempt if counted else claim.attempt - 1,
    )


def waiting_tasks() -> QuerySet[Document]:
    """The documents with a task that could be claimed now."""
    free = Q(task_lease_expires_at=None) | Q(task_lease_expires_at__lt=timezone.now())
    return Document.objects.filter(free, trashed_at=None).exclude(task=Task.NONE)


def held(claim: TaskClaim) -> Document:
    """The claimed document, locked. Raises LeaseLost when somebody else has the task now."""
    document = locked(claim.document_id)
    if document.task_token != claim.token or document.task != claim.task:
        raise LeaseLost(
            "Another process took over this document's preparation.", document=claim.document_id
        )
    return document


def _give_up(document: Document) -> None:
    what = "opened" if document.task == Task.PREPARE else "assembled"
    document.task_lease_expires_at = None
    document.fail_whole(
        Quarantined(
            f"The document could not be {what}: the process that tried was lost "
            f"{MAX_ATTEMPTS} times. Read it again when the cause is mended.",
            document=document.id,
        )
    )
    commit_reading_end(document)
