"""Choose which page is read next, and lease it.

The database chooses, for the whole archive, among documents of two classes: those of which no page
was read yet, the first uploaded first, and those that were started, the one that waited longest
since its last page first. Workers alternate between the classes, so each has half of the capacity
while both wait. With W workers, and N documents of its class that wait, a document waits at most
2 N / W page times for each of its pages, whatever else arrives: a stream of single sheets never
keeps a long document back, nor does a long document keep back a single sheet.

A document that has a leased page comes only after all that have none, the fewest leased first.

All that holds among documents of one priority. Priorities take turns (`claim_turns`), each with a
share of the capacity: one half, three eighths, one eighth for high, normal, low while all wait. So
the bound above is 2 N / W times 2, 8/3 or 8 page times, and three more, N being those of the same
priority.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from documents.actions.claim_turns import Turns
from documents.models import Document, Page, PageStatus, Priority
from documents.models.claim import ClaimOwner, PageClaim
from documents.models.engines_field import beginnings
from documents.models.recognition import NEVER


def claim_page(
    owner: ClaimOwner,
    *,
    engines: tuple[str, ...] = (),
    engine_version: str = "",
    turns: Turns | None = None,
) -> PageClaim | None:
    """Lease the next page to `owner`. Returns None when no page waits.

    `turns`: those of the worker, which go on with every page; None: the first ones.

    `engines`, `engine_version`: the OCR engine that this worker has; a document for which another
    one was requested is left to the workers that have it. The attempt is counted here, before the
    work starts.
    """
    readable = Q(requested_engine="") | Q(
        requested_engine__in=engines,
        requested_engine_version__in=("", *beginnings(engine_version)),
    )
    turns = turns or Turns(0)
    while True:
        with transaction.atomic():
            document = _lock_next_document(readable, turns)
            if document is None:
                return None
            page = Page.objects.waiting().filter(document=document).order_by("number").first()
            if page is None:
                continue
            _lease(page, owner)
            document.last_served_at = timezone.now()
            document.save_changed_fields()
        turns.serve(Priority(document.priority))
        return PageClaim(
            page_id=page.id,
            document_id=document.id,
            number=page.number,
            token=page.lease_token,
            run=document.run,
            attempt=page.attempts,
            filename=document.filename,
            mime_type=document.mime_type,
            language=document.language if document.language_chosen else "",
            ocr=document.ocr,
            requested_engine=document.requested_engine,
        )


def _lock_next_document(readable: Q, turns: Turns) -> Document | None:
    """The document to serve, locked until the transaction ends; None when no page waits.

    In steps, so that a long queue costs nothing: nearly always some document has no leased page,
    and the index on (status, priority, last_served_at, created_at) gives the first of those at
    once. Locked rows are passed over first, so that workers spread over the documents, and waited
    for only when nothing else is left.
    """
    being_read = Document.objects.being_read()
    priorities = [
        priority
        for priority in turns.priorities
        if priority is Priority.NORMAL or being_read.filter(priority=priority).exists()
    ]
    for skip_locked in (True, False):
        for priority in priorities:
            waiting = being_read.filter(readable, priority=priority)
            document = _lock_first_waiting(waiting, turns.prefers_started(priority), skip_locked)
            if document is not None:
                return document
    return None


def _lock_first_waiting(
    documents: QuerySet[Document], started_first: bool, skip_locked: bool
) -> Document | None:
    pages = Page.objects.filter(document=OuterRef("pk"))
    running = pages.running()
    waiting = documents.filter(Exists(pages.waiting()))
    without_lease = waiting.filter(~Exists(running))
    new = without_lease.filter(last_served_at=NEVER).order_by("created_at")
    started = without_lease.filter(last_served_at__gt=NEVER).order_by("last_served_at")
    first, second = (started, new) if started_first else (new, started)
    served = (
        waiting.filter(Exists(running))
        .annotate(leased=Subquery(_count(running)))
        .order_by("leased", "last_served_at")
    )
    return (
        _lock_first(first[:1], skip_locked)
        or _lock_first(second[:1], skip_locked)
        or _lock_first(Document.objects.filter(id__in=[d.id for d in served[:1]]), skip_locked)
    )


def _count(pages: QuerySet[Page]) -> QuerySet[Any]:
    return pages.order_by().values("document").annotate(number_of=Count("pk")).values("number_of")


def _lock_first(documents: QuerySet[Document], skip_locked: bool) -> Document | None:
    return documents.select_for_update(skip_locked=skip_locked, of=("self",)).first()


def _lease(page: Page, owner: ClaimOwner) -> None:
    same_start = page.start_id == owner.start_id
    page.lease.grant(page)
    page.lease_owner = owner.owner
    page.status = PageStatus.RUNNING
    page.attempts += 1
    page.start_attempts = page.start_attempts + 1 if same_start else 1
    page.start_id = owner.start_id
    page.retry_at = None
    page.save_changed_fields()
