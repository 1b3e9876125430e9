"""Make a document of a member of a container, or record why not; and end the container's unpacking.

All are steps that may run twice: a member that has an outcome keeps it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from pathlib import PurePosixPath

from django.db import transaction
from django.utils import timezone

from documents.access import SYSTEM
from documents.actions.upload import upload
from documents.errors import ArchiveError, TooDeep
from documents.events import commit_change, commit_reading_end
from documents.files.filetypes import PageSource, page_source
from documents.files.upload_staging import stage
from documents.messages import Message
from documents.models import (
    Document,
    Member,
    MemberOutcome,
    Origin,
    OriginKind,
    Priority,
    Status,
)
from documents.models.claim import TaskClaim
from documents.models.member import containers_of, count_members

#: Containers in containers: a container that lies deeper is not unpacked.
MOST_DEEP = 3
#: The path of the member that stands for all that were not looked at.
REST = "…"


def store_member(container: Document, number: int, path: str, pieces: Iterable[bytes]) -> Member:
    """Store the content, `pieces`, as a document of the container's team, with its tags and wishes.

    A content that is refused for good becomes a refused member. Raises what `upload` raises for
    reasons that pass (StorageFull), and what `pieces` raises.
    """
    name = PurePosixPath(path).name
    staged = stage(pieces)
    try:
        uploaded = upload(
            SYSTEM,
            staged,
            name,
            team_id=container.team_id,
            tags=[tag.name for tag in container.tags.all()],
            language=container.language,
            ocr=container.ocr,
            engine=container.requested_engine,
            priority=_priority(container),
            origin=Origin(_origin_kind(container), container.filename, path),
            created_by=container.created_by,
        )
    except ArchiveError as error:
        if not error.permanent:
            raise
        return refuse_member(container, number, path, error)
    outcome = MemberOutcome.CREATED if uploaded.created else MemberOutcome.KNOWN
    return _record(container, number, path, outcome, document=uploaded.document.id)


def _origin_kind(container: Document) -> OriginKind:
    holds_only_files = page_source(container.mime_type) is PageSource.MEMBERS
    return OriginKind.ARCHIVE if holds_only_files else OriginKind.ATTACHED


def _priority(container: Document) -> str:
    """Of an urgent archive the files wait their turn: they may be thousands."""
    return min(Priority(container.priority), Priority.NORMAL).word


def refuse_member(container: Document, number: int, path: str, error: ArchiveError) -> Member:
    """Record that no document was made of it, and why."""
    return _record(container, number, path, MemberOutcome.REFUSED, error=error)


def refuse_rest(container: Document, number: int, error: ArchiveError) -> Member:
    """Record that the files from `number` on were not looked at, and why: for a document that has
    pages, whose own state is theirs."""
    return refuse_member(container, number, REST, error)


def record_members(claim: TaskClaim) -> None:
    """Record how many documents came of its files. Raises LeaseLost."""
    with transaction.atomic():
        document = claim.lock()
        document.member_count = count_members(document.id)
        if document.changed_fields():
            commit_change(document)


def end_unpacking(claim: TaskClaim, error: ArchiveError | None = None) -> None:
    """Record that the container is taken apart: `ready`; `failed` with `error` where it gave
    nothing, `partial` where it gave some. Raises LeaseLost."""
    with transaction.atomic():
        document = claim.lock()
        document.page_count = 0
        document.member_count = count_members(document.id)
        document.set_error(error)
        if error is None:
            document.status = Status.READY
        else:
            given = document.members.exclude(outcome=MemberOutcome.REFUSED).exists()
            document.status = Status.PARTIAL if given else Status.FAILED
        document.finished_at = document.finished_at or timezone.now()
        document.end_task()
        commit_reading_end(document)


def refuse_too_deep(container: Document) -> None:
    """Raises TooDeep where the container lies in too many others."""
    seen: set[uuid.UUID] = set()
    level = {container.id}
    for _ in range(MOST_DEEP):
        level = {each.id for id_ in level for each in containers_of(id_)} - seen
        if not level:
            return
        seen |= level
    raise TooDeep(
        Message(
            "It lies in {most} archives or more, one in another. It is kept, and not unpacked.",
            most=MOST_DEEP,
        ),
        document=container.id,
    )


def _record(
    container: Document,
    number: int,
    path: str,
    outcome: MemberOutcome,
    *,
    document: uuid.UUID | None = None,
    error: ArchiveError | None = None,
) -> Member:
    member = Member(container=container, number=number, path=path, outcome=outcome)
    member.document = document
    member.set_error(error)
    with transaction.atomic():
        found = Member.objects.filter(container=container, number=number).first()
        if found is not None:
            return found
        member.save()
    return member
