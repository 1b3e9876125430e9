"""Have a document read again: all of it, the pages that failed, or some pages."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from documents import access
from documents.access import Ability
from documents.actions.require_engine import require_engine
from documents.errors import InvalidRequest, StillBeingRead
from documents.events import commit_change
from documents.messages import Message
from documents.models import (
    Document,
    OcrMode,
    Page,
    PageStatus,
    Status,
    Task,
    User,
)
from documents.models.event import EventKind
from documents.models.stored_error import error_fields
from documents.signals import announce, pages_waiting, tasks_waiting
from documents.text.language_codes import validate_language

ALL, FAILED = "all", "failed"

#: Pages that may be named at once.
MAX_PAGES = 1_000

#: "all", "failed", or the numbers of pages.
Which = str | Sequence[int]


def reprocess(
    document_id: uuid.UUID,
    *,
    actor: User | None,
    pages: Which = ALL,
    engine: str | None = None,
    ocr: str | None = None,
    language: str | None = None,
) -> Document:
    """Start a new run. Until it ends, the results of the previous run are served.

    `pages` is "all", "failed", or the numbers of some. None leaves `ocr` and `language` as they are
    and lets any engine read. Readings and corrections stay; the review is reset. Claims of the
    previous run record nothing any more; failed pages of a document that is being read join its
    run. If the failed pages are requested and none failed, nothing is read. Raises NotFound,
    NotAllowed, InvalidRequest, Conflict (in the trash, no OCR worker has the engine, or some pages
    are named while others are being read).
    """
    _validate(pages, engine, ocr)
    if engine is not None:
        require_engine(engine, document_id)
    with transaction.atomic():
        document = access.require_locked(actor, Ability.REPROCESS, document_id)
        document.refuse_if_trashed()
        again = _select(document, pages)
        was_prepared = document.page_count is not None
        if was_prepared and not document.pages.filter(again).exists():
            _retry_results(document)
            return document
        document.requested_engine = engine or ""
        if ocr is not None:
            document.ocr = ocr
        if language is not None:
            document.language = validate_language(language)
        if pages == ALL or document.status != Status.PROCESSING:
            # Failed pages join the run in which others are still being read.
            document.run += 1
        document.clear_review()
        document.finished_at = None
        document.set_error(None)
        document.task_lease.revoke(document)
        document.last_served_at = timezone.now()
        if was_prepared:
            _queue_again(document.pages.filter(again))
            document.status = Status.PROCESSING
            document.set_task(Task.NONE)
            document.pages_done = document.pages.filter(status=PageStatus.DONE).count()
            document.pages_failed = document.pages.failed().count()
            announce(pages_waiting)
        else:
            document.status = Status.QUEUED
            document.set_task(Task.PREPARE)
            announce(tasks_waiting)
        commit_change(
            document,
            EventKind.REPROCESSED,
            actor,
            pages=pages if isinstance(pages, str) else sorted(set(pages)),
            engine=document.requested_engine,
        )
    return document


def _select(document: Document, pages: Which) -> Q:
    """The pages that are read again."""
    if isinstance(pages, str):
        return Q() if pages == ALL else Q(status=PageStatus.FAILED)
    if document.is_unfinished:
        # They would be read by the engine that the others were queued for.
        raise StillBeingRead(document=document.id)
    unknown = set(pages) - set(range(1, (document.page_count or 0) + 1))
    if unknown:
        message = Message("The document has no page {page}.", page=min(unknown))
        raise InvalidRequest.for_field("pages", message)
    return Q(number__in=set(pages))


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


def _validate(pages: Which, engine: str | None, ocr: str | None) -> None:
    if not isinstance(pages, str) and not 0 < len(pages) <= MAX_PAGES:
        message = Message("Name 1 to {most} pages.", most=MAX_PAGES)
        raise InvalidRequest.for_field("pages", message)
    for name, value, known in (
        ("pages", pages if isinstance(pages, str) else None, (ALL, FAILED)),
        ("ocr", ocr, tuple(OcrMode.values)),
    ):
        if value is not None and value not in known:
            message = Message("{field} is one of {choices}.", field=name, choices=", ".join(known))
            raise InvalidRequest.for_field(name, message)
