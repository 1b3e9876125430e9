"""Pages that a person arranged: what is to be made, and of which pages a document was."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from documents.models.document import Document
from documents.models.lease import Leased, LeaseFields
from documents.models.stored_error import StoredError
from documents.models.team import Team
from documents.text.arranged import ArrangedPage, ArrangedPart

_ROWS_AT_ONCE = 1000


class ArrangementStatus(models.TextChoices):
    WAITING = "waiting", "waiting"
    DONE = "done", "done"
    FAILED = "failed", "failed"


class ArrangementQuerySet(models.QuerySet["Arrangement"]):
    def to_do(self) -> ArrangementQuerySet:
        """Those that a background worker may begin now."""
        return self.filter(Arrangement.lease.is_free(), status=ArrangementStatus.WAITING)


class Arrangement(Leased, StoredError):
    """Documents that a background worker is to make of pages, as `user` asked on `document`.

    `as_edition`: the one part takes the place of `document`; else each is a document of its own.
    `plan`: the parts, `ArrangedPart.to_json`. `made`: the ids of the documents that came of the
    first parts. `limits`: of the token that it was asked with (`limits_to_json`).
    """

    #: Renewed while a part is made; one that expires has lost its process.
    lease: ClassVar = LeaseFields("lease", datetime.timedelta(seconds=60))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    limits = models.JSONField(null=True)
    as_edition = models.BooleanField(default=False)
    plan = models.JSONField()
    made = models.JSONField(default=list)
    status = models.CharField(
        max_length=7, choices=ArrangementStatus.choices, default=ArrangementStatus.WAITING
    )
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = ArrangementQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                fields=("created_at",),
                condition=models.Q(status="waiting"),
                name="arrangement_to_do",
            ),
        )

    def __str__(self) -> str:
        return f"{self.id}: {self.status}"

    @property
    def parts(self) -> list[ArrangedPart]:
        return [ArrangedPart.from_json(part) for part in self.plan]

    @property
    def is_unfinished(self) -> bool:
        return self.status == ArrangementStatus.WAITING


class PageOrigin(models.Model):
    """Of which page of which document page `number` of `document` is a copy, and how it was turned.

    `source` is no foreign key: the source may be deleted, or be restored later.
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="page_origins")
    number = models.PositiveIntegerField()
    source = models.UUIDField()
    source_number = models.PositiveIntegerField()
    rotation = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("document", "number"), name="one_origin_per_page"),
        )
        indexes = (models.Index(fields=("source", "source_number"), name="copies_of_a_page"),)

    def __str__(self) -> str:
        return f"{self.document_id} / {self.number}: {self.source} / {self.source_number}"

    @property
    def arranged(self) -> ArrangedPage:
        return ArrangedPage(self.source, self.source_number, self.rotation)


def set_page_origins(document: Document, pages: Iterable[ArrangedPage]) -> None:
    """Record, inside a transaction, of which pages the document is made."""
    PageOrigin.objects.filter(document=document).delete()
    PageOrigin.objects.bulk_create(
        (
            PageOrigin(
                document=document,
                number=number,
                source=page.document,
                source_number=page.number,
                rotation=page.rotation,
            )
            for number, page in enumerate(pages, start=1)
        ),
        batch_size=_ROWS_AT_ONCE,
    )


def page_origins_to_json(document: Document) -> list[list[Any]]:
    """As a manifest has them; [] for a document that came as it is."""
    origins = PageOrigin.objects.filter(document=document).order_by("number")
    return [origin.arranged.to_json() for origin in origins]
