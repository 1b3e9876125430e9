"""What a background worker has to do for a document, and which one does it."""

from __future__ import annotations

import datetime
from typing import ClassVar

from django.db import models

from documents.models.lease import LeaseFields


class Task(models.TextChoices):
    """In the document's row, so that no queue message can lose it."""

    NONE = "", "nothing"
    PREPARE = "prepare", "count its pages"
    FINISH = "finish", "assemble its results"


class PendingTask(models.Model):
    """The columns of `Document` about its task.

    The lease also postpones: a task is not claimed before it expires. `task_attempts` counts the
    attempts that started, this one included.
    """

    #: Renewed while the task is done; one that expires has lost its process.
    task_lease: ClassVar = LeaseFields("task_lease", datetime.timedelta(seconds=30))

    task = models.CharField(
        max_length=8, choices=Task.choices, default=Task.PREPARE, blank=True, editable=False
    )
    task_lease_token = models.PositiveBigIntegerField(default=0, editable=False)
    task_lease_expires_at = models.DateTimeField(null=True, editable=False)
    task_attempts = models.PositiveIntegerField(default=0, editable=False)
    #: The file's password while it is being opened with it: sealed (`mailbox.sealed`), and gone
    #: with the task.
    given_password = models.TextField(blank=True, editable=False)

    class Meta:
        abstract = True

    def set_task(self, task: Task) -> None:
        """Set, without saving: this is to be done next, with all attempts."""
        self.task = task
        self.task_attempts = 0
        if task != Task.PREPARE:
            self.given_password = ""  # nosec B105 # none

    def end_task(self) -> None:
        """Set, without saving: the task is done."""
        self.set_task(Task.NONE)
        self.task_lease.end(self)
