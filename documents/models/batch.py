"""A batch: the objects below a prefix of the bucket, read, with their results written beside."""

from __future__ import annotations

import datetime
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from documents.models.document import Document
from documents.models.lease import Leased, LeaseFields
from documents.models.stored_error import StoredError
from documents.models.team import Team


class BatchStatus(models.TextChoices):
    LISTING = "listing", "listing"
    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


#: A batch in one of these goes on.
UNFINISHED_BATCHES = (BatchStatus.LISTING, BatchStatus.RUNNING)


class ObjectStatus(models.TextChoices):
    WAITING = "waiting", "waiting"
    READING = "reading", "reading"
    #: Read, and its results are written.
    DONE = "done", "done"
    #: As `done`; not all of its pages could be read.
    PARTIAL = "partial", "partial"
    #: An earlier batch of the team has taken it as it is and written results to the same place.
    UNCHANGED = "unchanged", "unchanged"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


class BatchQuerySet(models.QuerySet["Batch"]):
    def unfinished(self) -> BatchQuerySet:
        return self.filter(status__in=UNFINISHED_BATCHES)

    def to_run(self) -> BatchQuerySet:
        """Those that a background worker may go on with now: the last thing it does is the
        report."""
        due = Q(status__in=UNFINISHED_BATCHES) | Q(status=BatchStatus.CANCELLED, reported=False)
        return self.filter(due, Batch.lease.is_free())


class Batch(Leased, StoredError):
    """`source`, `target`: prefixes of keys, which end with a slash. `formats`: kinds of results.
    `fields`: what each upload says (`actions.upload`). `limits`: those of the token that it was
    asked with. The error is why the bucket can't be used at the moment, or why it failed."""

    #: Renewed from object to object; one that expires has lost its process.
    lease: ClassVar = LeaseFields("lease", datetime.timedelta(seconds=120))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    limits = models.JSONField(null=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=1024)
    target = models.CharField(max_length=1024)
    formats = models.JSONField(default=list)
    fields = models.JSONField(default=dict)
    status = models.CharField(
        max_length=9, choices=BatchStatus.choices, default=BatchStatus.LISTING
    )
    reported = models.BooleanField(default=False)
    #: When a worker last had it: the one that has waited longest is next.
    served_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    finished_at = models.DateTimeField(null=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                fields=("served_at",), condition=models.Q(reported=False), name="batch_to_run"
            ),
        )

    def __str__(self) -> str:
        return f"{self.id}: {self.source}"

    @property
    def is_unfinished(self) -> bool:
        return self.status in UNFINISHED_BATCHES


class BatchObject(StoredError):
    """One object of a batch. `etag`: the bucket's name for its state. `duplicate`: the team had a
    document with the same content, from elsewhere. `results`: the keys of what was written;
    `missing`: kinds that could not be made, with the codes of their errors. `pages` (read) and
    `confidence` are the document's when the results were written."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="objects_taken")
    key = models.CharField(max_length=1024)
    etag = models.CharField(max_length=100, blank=True)
    size = models.BigIntegerField()
    status = models.CharField(
        max_length=9, choices=ObjectStatus.choices, default=ObjectStatus.WAITING
    )
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, related_name="+")
    duplicate = models.BooleanField(default=False)
    pages = models.PositiveIntegerField(null=True)
    confidence = models.FloatField(null=True)
    results = models.JSONField(default=list)
    missing = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("batch", "key"), name="one_row_per_object_of_a_batch"),
        )
        indexes = (
            models.Index(fields=("batch", "status", "id"), name="batch_object_next"),
            models.Index(fields=("key", "etag"), name="batch_object_known"),
        )

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"
