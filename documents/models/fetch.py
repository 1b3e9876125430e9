"""A file that somebody wants from an address: a background worker gets it."""

from __future__ import annotations

import datetime
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from documents.models.document import Document
from documents.models.lease import Leased, LeaseFields
from documents.models.stored_error import StoredError
from documents.models.team import Team


class FetchStatus(models.TextChoices):
    WAITING = "waiting", "waiting"
    DONE = "done", "done"
    FAILED = "failed", "failed"


class FetchQuerySet(models.QuerySet["Fetch"]):
    def to_do(self) -> FetchQuerySet:
        """Those that a background worker may begin now."""
        return self.filter(Fetch.lease.is_free(), status=FetchStatus.WAITING)


class Fetch(Leased, StoredError):
    """`fields`: what the upload said beside its address. `document`: what came of it."""

    #: Renewed while the file comes; one that expires has lost its process.
    lease: ClassVar = LeaseFields("lease", datetime.timedelta(seconds=60))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    url = models.CharField(max_length=2000)
    fields = models.JSONField(default=dict)
    status = models.CharField(
        max_length=7, choices=FetchStatus.choices, default=FetchStatus.WAITING
    )
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, related_name="+")
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = FetchQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                fields=("created_at",), condition=models.Q(status="waiting"), name="fetch_to_do"
            ),
        )

    def __str__(self) -> str:
        return f"{self.id}: {self.status}"
