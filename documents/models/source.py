"""Sources: where documents come from by themselves, and what came of each thing they brought."""

from __future__ import annotations

import datetime
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.models.document import Document
from documents.models.lease import Leased, LeaseFields
from documents.models.origin import NAME_LENGTH, OriginKind
from documents.models.stored_error import StoredError
from documents.models.team import Team

KEY_LENGTH = 1024


class SourceKind(models.TextChoices):
    FOLDER = "folder", _("watched folder")
    MAILBOX = "mailbox", _("mailbox")
    BUCKET = "bucket", _("bucket")


#: The origin of documents by the kind of their source.
ORIGINS = {
    SourceKind.FOLDER: OriginKind.FOLDER,
    SourceKind.MAILBOX: OriginKind.MAIL,
    SourceKind.BUCKET: OriginKind.BUCKET,
}


class ItemStatus(models.TextChoices):
    #: Found, and not taken yet: for the first time, or once more.
    WAITING = "waiting", _("waiting")
    TAKEN = "taken", _("taken in")
    #: It is nothing that the archive takes: too large, of an unknown type.
    REFUSED = "refused", _("refused")
    FAILED = "failed", _("failed")


#: Those that a person may have tried again.
UNSUCCESSFUL = (ItemStatus.REFUSED, ItemStatus.FAILED)


class SourceQuerySet(models.QuerySet["Source"]):
    def to_run(self) -> SourceQuerySet:
        """Those that a worker may ask now. The folder is watched by `ocr_worker.folder_watch`."""
        due = Q(enabled=True, next_run_at__lte=timezone.now()) | Q(check_wanted=True)
        return self.filter(due, Source.lease.is_free()).exclude(kind=SourceKind.FOLDER)


class Source(Leased, StoredError):
    """`options`: of its kind, without anything secret (`actions.source_options`). `secret`: the
    password, sealed (`mailbox.sealed`). `cursor`: how far it has been looked through. `team` is
    None for the folder, whose sub-folders name teams. `former_names`: under which it brought
    documents before. `taken`, `refused` and `failed` count since it was made. The error is why it
    can't be used at the moment. `checked`: what the last test of the connection found."""

    #: Renewed from item to item; one that expires has lost its process.
    lease: ClassVar = LeaseFields("lease", datetime.timedelta(seconds=120))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=7, choices=SourceKind.choices)
    name = models.CharField(max_length=NAME_LENGTH)
    former_names = models.JSONField(default=list)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="sources")
    tags = models.JSONField(default=list)
    enabled = models.BooleanField(default=True)
    every_seconds = models.PositiveIntegerField(default=300)
    options = models.JSONField(default=dict)
    secret = models.TextField(blank=True)
    cursor = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    next_run_at = models.DateTimeField(default=timezone.now, db_index=True)
    last_run_at = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)
    taken = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0)
    check_wanted = models.BooleanField(default=False)
    checked = models.JSONField(null=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("team", "kind", "name"), name="one_source_of_a_name_in_a_team"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"

    @property
    def is_running(self) -> bool:
        return self.lease_expires_at is not None and self.lease_expires_at > timezone.now()

    @property
    def origin_kind(self) -> OriginKind:
        return ORIGINS[SourceKind(self.kind)]

    @property
    def names(self) -> list[str]:
        """Every name that its documents bear."""
        return [self.name, *(each for each in self.former_names if each != self.name)]


class SourceItem(StoredError):
    """One thing that a source brought, the last ones of each (`actions.take_item` prunes).

    `identity`: what tells it from others of the source, as SHA-256 in hex. `name`: as people know
    it; `place`: where it lies or lay. `locator`: how the source finds it again. `target`: the team
    and the tags that were decided when it was found, so that a second try can't choose others.
    `results_due`: its results are to be written beside it; `results` and `missing` are as those of
    `BatchObject`."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="items")
    identity = models.CharField(max_length=64)
    name = models.CharField(max_length=500)
    place = models.CharField(max_length=KEY_LENGTH, blank=True)
    sender = models.CharField(max_length=320, blank=True)
    size = models.BigIntegerField(null=True)
    locator = models.JSONField(default=dict)
    target = models.JSONField(default=dict)
    status = models.CharField(max_length=7, choices=ItemStatus.choices, default=ItemStatus.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, related_name="+")
    duplicate = models.BooleanField(default=False)
    results_due = models.BooleanField(default=False)
    results = models.JSONField(default=list)
    missing = models.JSONField(default=dict)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("source", "identity"), name="one_row_per_item_of_a_source"
            ),
        )
        indexes = (
            models.Index(fields=("source", "-changed_at"), name="source_item_newest"),
            models.Index(fields=("source", "status", "id"), name="source_item_status"),
            models.Index(
                fields=("source", "id"),
                condition=models.Q(results_due=True),
                name="source_item_results_due",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.status}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.changed_at = timezone.now()
        super().save(*args, **kwargs)


class SourceMark(models.Model):
    """That a source is through with an item, long after the item's own row was pruned. `taken`: it
    is in the archive; else it was refused, or failed."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="marks")
    identity = models.CharField(max_length=64)
    taken = models.BooleanField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("source", "identity"), name="one_mark_per_item_of_a_source"
            ),
        )

    def __str__(self) -> str:
        return self.identity
