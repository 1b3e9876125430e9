"""Make a document of a part of a stack; remove parts; end the splitting.

All are steps that may run twice: a part that has a document keeps it.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Collection, Iterable
from pathlib import PurePosixPath

from django.db import transaction
from django.utils import timezone

from documents import access
from documents.access import SYSTEM, Ability
from documents.actions.drop_parts import drop_parts
from documents.actions.prepare import BATCH
from documents.actions.skip_pages import count_skipped
from documents.actions.trash import trash
from documents.actions.upload import upload
from documents.errors import ArchiveError, InvalidRequest, LeaseLost
from documents.events import commit_reading_end
from documents.files.upload_staging import stage
from documents.models import (
    Document,
    Member,
    MemberOutcome,
    Origin,
    OriginKind,
    Page,
    PageStatus,
    Priority,
    Stack,
    Status,
)
from documents.models.claim import TaskClaim
from documents.models.member import count_members
from documents.models.tag_names import MAX_TAGS, normalize_tag_name
from documents.text.arranged import ArrangedPage, name_pages
from documents.text.split import PageLook, Part, Sheet, read_sheet
from documents.text.validation import parse_uuid, validate_text

#: Numbers of members that are parts: a PDF may have attachments, too.
PARTS_FROM = 100_000


def pages_of(part: Part) -> str:
    return name_pages(part.pages)


def record_sheets(claim: TaskClaim, page_count: int) -> Stack:
    """Create the page rows of a stack, none of which is read. Raises LeaseLost."""
    with transaction.atomic():
        document = claim.lock()
        document.page_count = page_count
        Page.objects.bulk_create(
            (
                Page(document=document, number=number, status=PageStatus.SKIPPED)
                for number in range(1, page_count + 1)
            ),
            batch_size=BATCH,
            ignore_conflicts=True,
        )
        count_skipped(document)
        document.save_changed_fields()
        return Stack.objects.get(document=document)


def record_cuts(claim: TaskClaim, looks: list[PageLook] | None, parts: list[Part]) -> Stack:
    """Record what was seen on the pages, and the parts that are to be. Raises LeaseLost."""
    with transaction.atomic():
        document = claim.lock()
        stack = Stack.objects.get(document=document)
        if looks is not None:
            stack.set_looks(looks)
        stack.set_parts(parts)
        stack.save()
        return stack


def drop_other_parts(claim: TaskClaim, parts: Collection[Part]) -> None:
    """As `drop_parts`, of what is no part any more. Raises LeaseLost."""
    with transaction.atomic():
        drop_parts(claim.lock(), keep={pages_of(part) for part in parts})


def store_part(claim: TaskClaim, stack: Document, part: Part, pieces: Iterable[bytes]) -> None:
    """Store the content, `pieces`, as a document with the stack's tags and wishes, and with what
    the sheet before it asks for, as far as the uploader may.

    Raises LeaseLost; what `upload` raises for reasons that pass, and what `pieces` raises.
    """
    pages = pages_of(part)
    path = f"{PurePosixPath(stack.filename).stem} ({_name_of(part)}).pdf"
    sheet = read_sheet(part.code)
    origin = Origin(OriginKind.STACK, stack.filename, pages)
    staged = stage(pieces)
    error: ArchiveError | None = None
    uploaded = None
    try:
        uploaded = upload(
            SYSTEM,
            staged,
            path,
            team_id=_team_of(stack, sheet),
            title=_title_of(sheet),
            tags=_tags_of(stack, sheet),
            language=stack.language,
            ocr=stack.ocr,
            engine=stack.requested_engine,
            priority=min(Priority(stack.priority), Priority.NORMAL).word,
            origin=origin,
            created_by=stack.created_by,
            made_of=[ArrangedPage(stack.id, number) for number in part.pages],
        )
    except ArchiveError as raised:
        if not raised.permanent:
            raise
        error = raised
    member = Member(
        container=stack,
        number=PARTS_FROM + part.pages[0],
        path=path,
        pages=pages,
        outcome=MemberOutcome.REFUSED,
    )
    member.set_error(error)
    if uploaded is not None:
        member.document = uploaded.document.id
        # After a kill it is there already, and of this stack.
        ours = uploaded.created or uploaded.document.origin == origin
        member.outcome = MemberOutcome.CREATED if ours else MemberOutcome.KNOWN
    try:
        with transaction.atomic():
            claim.lock()
            if not stack.members.filter(number=member.number).exists():
                member.save()
    except LeaseLost:
        # The cuts were changed meanwhile: nobody wants this part.
        if uploaded is not None and uploaded.created:
            trash(uploaded.document.id, actor=SYSTEM)
        raise


def end_splitting(claim: TaskClaim, error: ArchiveError | None = None) -> None:
    """Record that the stack is split, or why not. Raises LeaseLost."""
    with transaction.atomic():
        document = claim.lock()
        refused = document.members.filter(outcome=MemberOutcome.REFUSED).first()
        document.member_count = count_members(document.id)
        document.set_error(error or refused)
        given = document.member_count > 0
        if error is None and refused is None:
            document.status = Status.READY
        else:
            document.status = Status.PARTIAL if given else Status.FAILED
        document.finished_at = document.finished_at or timezone.now()
        document.end_task()
        commit_reading_end(document)


def _name_of(part: Part) -> str:
    first, last = min(part.pages), max(part.pages)
    return str(first) if first == last else f"{first}-{last}"


def _team_of(stack: Document, sheet: Sheet) -> uuid.UUID:
    """The team that the sheet names, where the uploader may write to it; else the stack's."""
    team_id = parse_uuid(sheet.team)
    person = stack.created_by
    if (
        team_id is not None
        and person is not None
        and stack.stack.other_teams
        and access.may(person, Ability.UPLOAD, team_id)
    ):
        return team_id
    return stack.team_id


def _title_of(sheet: Sheet) -> str:
    with contextlib.suppress(InvalidRequest):
        return validate_text(sheet.title, field="title")
    return ""


def _tags_of(stack: Document, sheet: Sheet) -> list[str]:
    """Those that no tag can be called are left out: a sheet may hold anything."""
    tags = [tag.name for tag in stack.tags.all()]
    for name in sheet.tags:
        with contextlib.suppress(InvalidRequest):
            tags.append(normalize_tag_name(name, field="tags"))
    return [tag for tag in dict.fromkeys(tags) if tag][:MAX_TAGS]
