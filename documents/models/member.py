"""What came out of a container, taken apart into documents: an archive, a message, a PDF with
attachments."""

from __future__ import annotations

import uuid

from django.db import models

from documents.models.document import Document
from documents.models.origin import DETAIL_LENGTH
from documents.models.stored_error import StoredError


class MemberOutcome(models.TextChoices):
    CREATED = "created", "created"
    KNOWN = "known", "known"
    REFUSED = "refused", "refused"


class Member(StoredError):
    """One file of a container. `number`: from 0, in the order of the container; `path`: in it.

    `document`: the id of the document that has its content: one that was made of it (CREATED), or
    that the team had before (KNOWN). It is no foreign key: a restore may bring the container first,
    and the document may be deleted for good. REFUSED: the error says why.
    """

    container = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="members")
    number = models.PositiveIntegerField()
    path = models.CharField(max_length=DETAIL_LENGTH)
    outcome = models.CharField(max_length=7, choices=MemberOutcome.choices)
    document = models.UUIDField(null=True, default=None, db_index=True)

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("container", "number"), name="one_row_per_member"),
        )

    def __str__(self) -> str:
        return self.path


def count_members(container_id: uuid.UUID) -> int:
    """Documents that came of the container's files."""
    given = Member.objects.filter(container=container_id).exclude(document=None)
    return given.values("document").distinct().count()


def containers_of(document_id: uuid.UUID) -> models.QuerySet[Document]:
    """The containers that have this document's content as a member."""
    return Document.objects.filter(members__document=document_id).distinct()
