"""Have a document read again: all of it, the pages that failed, or some pages."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from documents import access
from documents.access import Ability
from documents.actions.asked_for import parse_page_ranges, require_asked_engine
from documents.actions.skip_pages import count_skipped
from documents.errors import InvalidRequest, StillBeingRead
from documents.events import commit_change
from documents.files.filetypes import PageSource, holds_files, page_source
from documents.messages import Message
from documents.models import (
    Document,
    MemberOutcome,
    OcrMode,
    Page,
    PageStatus,
    Stack,
    Status,
    Task,
    User,
)
from documents.models.event import EventKind
from documents.models.stored_error import error_fields
from documents.signals import announce, pages_waiting, tasks_waiting
from documents.text.language_codes import validate_language
from documents.text.page_ranges import find_beyond, format_ranges, numbers_in, ranges_of

ALL, FAILED = "all", "failed"

#: Pages that may be named at once.
MAX_PAGES = 1_000

#: "all" (that were asked for), "failed", ranges as "1,3-7", or the numbers of pages.
Which = str | Sequence[int]


def reprocess(
    document_id: uuid.UUID,
    *,
    actor: User | None,
    pages: Which = ALL,
    engine: str | None = None,
    engine_version: str | None = None,
    ocr: str | None = None,
    language: str | None = None,
    given_password: str = "",
) -> Document:
    """Start a new run. Until it ends, the results of the previous run are served.

    `pages` is "all", "failed", or names some. Pages that nobody asked for when the document was
    uploaded are read where they are named, or where none was asked for that there is. None leaves
    `ocr` and `language` as they are and lets any engine, or any version of it, read. Readings and
    corrections stay; the review is reset. Claims of the previous run record nothing any more;
    failed pages of a document that is being read join its run, and so do pages that nobody asked
    for. If the failed pages are requested and none failed, nothing is read. Raises NotFound,
    NotAllowed, InvalidRequest, Conflict (in the trash, no OCR worker has the engine, or some pages
    are named while others are being read). An archive is unpacked again: what was refused is tried
    once more, and so is what is attached to a document of which all pages are read.
    `given_password`: the file's, sealed, for this run.
    """
    _validate(pages, ocr)
    require_asked_engine(engine or "", engine_version or "", document_id)
    with transaction.atomic():
        document = access.require_locked(actor, Ability.REPROCESS, document_id)
        document.refuse_if_trashed()
        if given_password or page_source(document.mime_type) is PageSource.MEMBERS:
            _open_anew(document)
        was_prepared = document.page_count is not None
        looks_inside = pages == ALL and _may_hold_more(document)
        joins = document.is_unfinished and pages not in (ALL, FAILED)
        again = _select(document, pages)
        if was_prepared and not document.pages.filter(again).exists():
            _retry_results(document)
            return document
        if not joins:
            document.requested_engine = engine or ""
            document.requested_engine_version = engine_version or ""
        if ocr is not None:
            document.ocr = ocr
        if language is not None:
            document.language = validate_language(language)
            document.language_chosen = bool(document.language)
        if pages == ALL or document.status != Status.PROCESSING:
            # Failed pages join the run in which others are still being read.
            document.run += 1
        document.clear_review()
        document.finished_at = None
        document.set_error(None)
        document.task_lease.revoke(document)
        document.last_served_at = timezone.now()
        if not was_prepared and pages not in (ALL, FAILED):
            document.requested_pages = pages if isinstance(pages, str) else _format(pages)
        if was_prepared:
            _queue_again(document.pages.filter(again))
            count_skipped(document)
            if looks_inside:
                _forget_refused(document)
                document.set_task(Task.PREPARE)
                announce(tasks_waiting)
            elif document.task != Task.PREPARE:
                document.set_task(Task.NONE)
            document.status = Status.PROCESSING
            document.pages_done = document.pages.filter(status=PageStatus.DONE).count()
            document.pages_failed = document.pages.failed().count()
            announce(pages_waiting)
        else:
            document.status = Status.QUEUED
            document.set_task(Task.PREPARE)
            document.given_password = given_password
            announce(tasks_waiting)
        commit_change(
            document,
            EventKind.REPROCESSED,
            actor,
            pages=pages if isinstance(pages, str) else _format(pages),
            engine=document.requested_engine,
        )
    return document


def _open_anew(document: Document) -> None:
    """Set, without saving: its file is opened again, and of those in it what was refused."""
    if not document.is_unfinished:
        document.page_count = None
        _forget_refused(document)


def _forget_refused(document: Document) -> None:
    document.members.filter(outcome=MemberOutcome.REFUSED).delete()


def _may_hold_more(document: Document) -> bool:
    """Whether files may lie in a document with pages that are no documents yet: it was read before
    such were taken out, or some were refused.

    Opening a stack would split it again; a copy made of pages holds no files.
    """
    if not holds_files(document.mime_type) or document.is_unfinished:
        return False
    if Stack.objects.filter(document=document).exists() or document.page_origins.exists():
        return False
    members = document.members
    return not members.exists() or members.filter(outcome=MemberOutcome.REFUSED).exists()


def _select(document: Document, pages: Which) -> Q:
    """The pages that are read again."""
    if pages == FAILED:
        return Q(status=PageStatus.FAILED)
    if pages == ALL:
        asked_for = document.pages.asked_for()
        return ~Q(status=PageStatus.SKIPPED) if asked_for.exists() else Q()
    count = document.page_count
    if count is None:
        if document.is_unfinished:
            raise StillBeingRead(document=document.id)
        return Q()
    ranges = parse_page_ranges(pages) if isinstance(pages, str) else ranges_of(pages)
    unknown = find_beyond(ranges, count)
    if unknown is not None:
        message = Message("The document has no page {page}.", page=unknown)
        raise InvalidRequest.for_field("pages", message)
    wanted = Q(number__in=set(numbers_in(ranges, count)))
    named = document.pages.filter(wanted)
    if document.is_unfinished and named.asked_for().exists():
        # They would be read by the engine that the others were queued for.
        raise StillBeingRead(document=document.id)
    return wanted


def _retry_results(document: Document) -> None:
    """No page is to be read again, but assembling the results may have failed: repeat that."""
    if document.status == Status.FAILED and document.pages_done:
        document.status = Status.PROCESSING
        document.set_task(Task.FINISH)
        document.set_error(None)
        document.finished_at = None
        commit_change(document)
        announce(tasks_waiting)


def _queue_again(pages: QuerySet[Page]) -> None:
    Page.lease.revoke_all(
        pages,
        status=PageStatus.PENDING,
        lease_owner="",
        attempts=0,
        start_id=None,
        start_attempts=0,
        retry_at=None,
        **error_fields(None),
    )


def _format(pages: Sequence[int]) -> str:
    return format_ranges(ranges_of(pages))


def _validate(pages: Which, ocr: str | None) -> None:
    if isinstance(pages, str):
        if pages not in (ALL, FAILED):
            parse_page_ranges(pages)
    elif not 0 < len(pages) <= MAX_PAGES or min(pages) < 1:
        message = Message("Name 1 to {most} pages.", most=MAX_PAGES)
        raise InvalidRequest.for_field("pages", message)
    if ocr is not None and ocr not in OcrMode.values:
        known = ", ".join(OcrMode.values)
        message = Message("{field} is one of {choices}.", field="ocr", choices=known)
        raise InvalidRequest.for_field("ocr", message)
