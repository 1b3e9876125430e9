"""What came out of a container, taken apart into documents: an archive, a message, a PDF with
attachments."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from pathlib import PurePosixPath

from django.db import models

from documents.models.document import Document
from documents.models.origin import DETAIL_LENGTH
from documents.models.stored_error import StoredError

#: Documents that are counted as one group, and containers in containers (those that were unpacked).
MOST_WITHIN, _LEVELS = 20_000, 6


class MemberOutcome(models.TextChoices):
    CREATED = "created", "created"
    KNOWN = "known", "known"
    REFUSED = "refused", "refused"


class Member(StoredError):
    """One file of a container. `number`: from 0, in the order of the container; `path`: in it.
    Parts of a stack are numbered by their first pages.

    `document`: the id of the document that has its content: one that was made of it (CREATED), or
    that the team had before (KNOWN). It is no foreign key: a restore may bring the container first,
    and the document may be deleted for good. REFUSED: the error says why.
    """

    container = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="members")
    number = models.PositiveIntegerField()
    path = models.CharField(max_length=DETAIL_LENGTH)
    #: Of a stack: the pages of it that the document has, as ranges; "" for files of an archive.
    pages = models.TextField(blank=True, default="")
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


def find_within(containers: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The documents that came of the files of `containers`, and of what lies in those, each with
    the folder that it is in: the names of the containers above it and its path in the last one.

    At most MOST_WITHIN. Whoever asks may not see all of them.
    """
    folders: dict[uuid.UUID, str] = {}
    level = dict.fromkeys(containers, "")
    known = set(level)
    for _ in range(_LEVELS):
        names = dict(Document.objects.filter(id__in=level).values_list("id", "filename"))
        rows = Member.objects.filter(container__in=level).exclude(document=None)
        below: dict[uuid.UUID, str] = {}
        for container, path, document in rows.values_list("container", "path", "document"):
            if document is not None and document not in known and len(folders) < MOST_WITHIN:
                known.add(document)
                inner = PurePosixPath(level[container], PurePosixPath(names[container]).stem)
                below[document] = folders[document] = str(inner / PurePosixPath(path).parent)
        if not below:
            break
        level = below
    return folders


def find_group(containers: Iterable[str], *, whole: bool) -> list[uuid.UUID]:
    """What came in the documents `containers` (ids), however deep; with them where `whole`."""
    ids = [uuid.UUID(each) for each in containers]
    return [*(ids if whole else ()), *find_within(ids)]


def containers_of(document_id: uuid.UUID) -> models.QuerySet[Document]:
    """The containers that have this document's content as a member."""
    return Document.objects.filter(members__document=document_id).distinct()
