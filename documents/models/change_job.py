"""A change of many documents that a background worker makes, and what came of it for each."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from documents.errors import ArchiveError
from documents.messages import Message, message_from_json
from documents.models.lease import Leased, LeaseFields
from documents.models.stored_error import StoredError, error_fields
from documents.models.token import TokenLimits, TokenScope

_ID_BYTES = 16


class ChangeStatus(models.TextChoices):
    WAITING = "waiting", "waiting"
    RUNNING = "running", "running"
    DONE = "done", "done"
    CANCELLED = "cancelled", "cancelled"


#: A job in one of these goes on.
UNFINISHED_CHANGES = (ChangeStatus.WAITING, ChangeStatus.RUNNING)


class ChangeResult(models.TextChoices):
    CHANGED = "changed", "changed"
    #: There was nothing to do.
    UNCHANGED = "unchanged", "unchanged"
    REFUSED = "refused", "refused"


class ChangeJobQuerySet(models.QuerySet["ChangeJob"]):
    def unfinished(self) -> ChangeJobQuerySet:
        return self.filter(status__in=UNFINISHED_CHANGES)

    def to_run(self) -> ChangeJobQuerySet:
        """Those that a background worker may go on with now."""
        return self.unfinished().filter(ChangeJob.lease.is_free())

    def begun_by(self, user: Any) -> ChangeJobQuerySet:
        """The user's own; with a token that is bound to teams, those begun with the same teams."""
        jobs = self.filter(user=user)
        limits = user.limits
        return jobs if limits is None or limits.teams is None else jobs.filter(
            limits__teams=sorted(map(str, limits.teams))
        )  # fmt: skip


class ChangeJob(Leased):
    """`change`: as `parse_change` takes it. `limits`: the scopes and teams of the token that it was
    asked with, null without one. The first `done` of its documents have their outcome. `time_zone`:
    the person's, for titles with days."""

    #: Held while a slice of the documents is changed.
    lease: ClassVar = LeaseFields("lease", datetime.timedelta(seconds=60))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    limits = models.JSONField(null=True)
    time_zone = models.CharField(max_length=60, blank=True)
    change = models.JSONField()
    status = models.CharField(
        max_length=9, choices=ChangeStatus.choices, default=ChangeStatus.WAITING
    )
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    #: When a worker last had it: the one that has waited longest is next.
    served_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    finished_at = models.DateTimeField(null=True)

    objects = ChangeJobQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                fields=("served_at",),
                condition=models.Q(status__in=("waiting", "running")),
                name="change_job_to_run",
            ),
            models.Index(fields=("user", "-created_at"), name="change_job_of_a_user"),
        )

    def __str__(self) -> str:
        return f"{self.id}: {self.done} of {self.total}"

    @property
    def unchanged(self) -> int:
        return self.done - self.changed - self.refused

    @property
    def is_unfinished(self) -> bool:
        return self.status in UNFINISHED_CHANGES


class ChangeSelection(models.Model):
    """The documents of a job in their order. Apart from the job, whose row is written with every
    document. `packed_ids`: 16 bytes each."""

    job = models.OneToOneField(
        ChangeJob, on_delete=models.CASCADE, primary_key=True, related_name="selection"
    )
    packed_ids = models.BinaryField()

    def __str__(self) -> str:
        return str(self.job_id)

    def ids_from(self, place: int, most: int) -> list[uuid.UUID]:
        """The documents from a place on, counted from 0."""
        packed = bytes(self.packed_ids)[place * _ID_BYTES :][: most * _ID_BYTES]
        return [
            uuid.UUID(bytes=packed[at : at + _ID_BYTES]) for at in range(0, len(packed), _ID_BYTES)
        ]


class ChangeOutcome(StoredError):
    """What came of the change for one document; `number` counts from 1. `document_id` stays when
    the document is gone. `error_members`: what is wrong with which field, as messages."""

    job = models.ForeignKey(ChangeJob, on_delete=models.CASCADE, related_name="outcomes")
    number = models.PositiveIntegerField()
    document_id = models.UUIDField()
    result = models.CharField(max_length=9, choices=ChangeResult.choices)
    error_members = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("job", "number"), name="one_outcome_per_document_of_a_job"
            ),
        )

    def __str__(self) -> str:
        return f"{self.document_id}: {self.result}"

    @property
    def error_of_fields(self) -> dict[str, list[Message]]:
        return {
            name: [message_from_json(text) for text in texts]
            for name, texts in self.error_members.items()
        }


def outcome_error_fields(error: ArchiveError | None) -> dict[str, Any]:
    """The values of an outcome's fields for `error`."""
    fields = error.fields if error is not None else {}
    members = {name: [text.to_json() for text in texts] for name, texts in fields.items()}
    return {**error_fields(error), "error_members": members}


def pack_ids(ids: Iterable[uuid.UUID]) -> bytes:
    return b"".join(id_.bytes for id_ in ids)


def limits_to_json(limits: TokenLimits | None) -> dict[str, Any] | None:
    if limits is None:
        return None
    teams = None if limits.teams is None else sorted(map(str, limits.teams))
    return {"scopes": sorted(limits.scopes), "teams": teams}


def limits_from_json(data: dict[str, Any] | None) -> TokenLimits | None:
    """A token's end is not among them: what it has begun goes on."""
    if data is None:
        return None
    teams = data["teams"]
    return TokenLimits(
        scopes=frozenset(TokenScope(name) for name in data["scopes"]),
        teams=None if teams is None else frozenset(map(uuid.UUID, teams)),
        expires_at=datetime.datetime.max.replace(tzinfo=datetime.timezone.utc),
    )
