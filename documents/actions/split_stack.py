"""Have a document split into documents, as a stack of sheets; set its cuts by hand; undo it.

Here it is only asked for: a background worker looks at the pages and makes the parts
(`ocr_worker.stacks`), and removes those of earlier cuts. The stack's own file stays.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

from django.db import transaction

from documents import access
from documents.access import Ability
from documents.access.abilities import limits_of
from documents.actions.drop_parts import drop_parts
from documents.actions.reprocess import reprocess
from documents.errors import InvalidRequest, StillBeingRead
from documents.events import commit_change
from documents.files.filetypes import PDF, TIFF
from documents.messages import Message
from documents.models import Document, Stack, Status, Task, User
from documents.models.event import EventKind
from documents.signals import announce, tasks_waiting
from documents.text.split import Part, Split, parse_split

#: Kinds of files that may be a stack.
SPLITTABLE = (PDF, TIFF)
_TYPES = frozenset(kind.mime_type for kind in SPLITTABLE)


def is_splittable(document: Document) -> bool:
    return document.mime_type in _TYPES


def is_stack(document_id: uuid.UUID) -> bool:
    return Stack.objects.filter(document=document_id).exists()


def parse_way(text: str) -> Split | None:
    """Raises InvalidRequest."""
    try:
        return parse_split(text)
    except ValueError:
        message = Message(
            "This is blank, blank-sheet, separator, separator:PREFIX, count:N or two-sides."
        )
        raise InvalidRequest.for_field("split", message) from None


def make_stack(document: Document, way: Split, actor: User | None) -> Stack:
    """Record, inside a transaction, that the new document is a stack. A token that is bound to
    teams, and whoever has no account, may not file by its sheets into other teams."""
    limits = limits_of(actor)
    unbound = actor is not None and (limits is None or limits.teams is None)
    return Stack.objects.create(document=document, split=str(way), other_teams=unbound)


def split_stack(document_id: uuid.UUID, split: str, *, actor: User | None) -> Document:
    """Have a PDF or TIFF split in this way, also one that was read whole or split before: its
    earlier parts that are not parts any more go to the trash.

    Raises NotFound, NotAllowed, InTrash, InvalidRequest, StillBeingRead.
    """
    way = parse_way(split)
    if way is None:
        raise InvalidRequest.for_field("split", Message("Say how it is to be split."))
    with transaction.atomic():
        document = _require(document_id, actor)
        stack = Stack.objects.filter(document=document).first()
        if stack is None:
            stack = make_stack(document, way, actor)
        if not way.needs_a_look or way.looks_for_codes:
            stack.looks = None
        stack.split, stack.cuts = str(way), None
        stack.save()
        _queue(document, actor, split=str(way))
    return document


def cut_stack(
    document_id: uuid.UUID,
    *,
    starts: Collection[int],
    left_out: Collection[int] = (),
    actor: User | None,
) -> Document:
    """Make the parts of a stack again: each begins at one of the pages `starts` (the first page
    always does), without the pages `left_out`. A part whose pages stay the same keeps its document.

    Raises as `split_stack`; InvalidRequest also where the document is no stack.
    """
    with transaction.atomic():
        document = _require(document_id, actor)
        stack = Stack.objects.filter(document=document).first()
        if stack is None or document.page_count is None:
            message = Message("The document is not split. Say first how it is to be.")
            raise InvalidRequest.for_field("starts", message)
        _check_pages("starts", starts, document.page_count)
        _check_pages("left_out", left_out, document.page_count)
        stack.set_parts(_make_parts(stack, document.page_count, set(starts), set(left_out)))
        stack.split = ""
        stack.save()
        _queue(document, actor, starts=sorted(starts), left_out=sorted(left_out))
    return document


def join_stack(document_id: uuid.UUID, *, actor: User | None) -> Document:
    """Undo the splitting: the parts go to the trash, and the document is read whole.

    Raises NotFound, NotAllowed, InTrash, InvalidRequest where it is no stack.
    """
    with transaction.atomic():
        document = _require(document_id, actor)
        deleted, _ = Stack.objects.filter(document=document).delete()
        if not deleted:
            raise InvalidRequest.for_field("stack", Message("The document is not split."))
        drop_parts(document, keep=())
        return reprocess(document_id, actor=actor)


def _require(document_id: uuid.UUID, actor: User | None) -> Document:
    document = access.require_locked(actor, Ability.UPLOAD, document_id)
    access.require(actor, Ability.TRASH, document_id)
    access.require(actor, Ability.REPROCESS, document_id)
    document.refuse_if_trashed()
    if not is_splittable(document):
        raise InvalidRequest.for_field("split", Message("Only a PDF or a TIFF can be split."))
    if document.is_unfinished and not is_stack(document_id):
        raise StillBeingRead(document=document_id)
    return document


def _queue(document: Document, actor: User | None, **facts: object) -> None:
    document.task_lease.revoke(document)
    document.set_task(Task.PREPARE)
    document.status = Status.QUEUED
    document.finished_at = None
    document.set_error(None)
    announce(tasks_waiting)
    commit_change(document, EventKind.SPLIT, actor, **facts)


def _check_pages(field: str, pages: Collection[int], count: int) -> None:
    wrong = next((page for page in pages if not 1 <= page <= count), None)
    if wrong is not None:
        message = Message("The document has no page {page}.", page=wrong)
        raise InvalidRequest.for_field(field, message)


def _make_parts(stack: Stack, count: int, starts: set[int], left_out: set[int]) -> list[Part]:
    """A part that begins where one did keeps the code of its sheet."""
    codes = {part.pages[0]: part.code for part in stack.parts}
    parts: list[Part] = []
    pages: list[int] = []

    def close() -> None:
        if pages:
            parts.append(Part(tuple(pages), codes.get(pages[0], "")))

    for number in range(1, count + 1):
        if number in starts:
            close()
            pages = []
        if number not in left_out:
            pages.append(number)
    close()
    return parts


def starts_of(parts: Sequence[Part]) -> set[int]:
    """The first pages of parts."""
    return {part.pages[0] for part in parts}
