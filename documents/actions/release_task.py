"""Give a claimed task back, so that it can be claimed again at once or in a while."""

from __future__ import annotations

import datetime

from django.utils import timezone

from documents.models import Document, Task
from documents.models.claim import TaskClaim


def release_task(claim: TaskClaim) -> None:
    """Give the task back untried (a stop on request): the attempt does not count."""
    Document.task_lease.release(claim.document, claim.token, task_attempts=claim.attempt - 1)


def postpone_task(claim: TaskClaim, delay: datetime.timedelta, *, counted: bool = True) -> None:
    """Leave the task for later: it is not claimed before `delay` has passed.

    Not `counted`: the attempt is taken back, for the cause lies outside of the document.
    """
    Document.task_lease.release(
        claim.document,
        claim.token,
        free_at=timezone.now() + delay,
        task_attempts=claim.attempt if counted else claim.attempt - 1,
    )


def release_all_tasks() -> int:
    """End every lease: for the only background worker there can be, as it starts. The attempts of
    its predecessor stay counted. Returns their number."""
    return Document.task_lease.end_all(Document.objects.exclude(task=Task.NONE))
