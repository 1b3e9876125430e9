"""Who reads which page next: leases with fencing tokens.

A claim is good while its token is the page's and its run is the document's; every later step
checks both in its own transaction. The database chooses, for the whole archive: the document with
the fewest leased pages, then the one least recently served. So a page of a document just uploaded
is the next to be read, however many pages wait in others.
"""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from documents.models import Document, Page, PageStatus, Status
from documents.signals import announce, pages_waiting

#: A lease is renewed while the page is read; one that ends unrenewed has lost its reader.
LEASE = datetime.timedelta(seconds=30)


@dataclass(frozen=True)
class ClaimOwner:
    """Who claims. `owner` names the process's place under its supervisor ("<start_id>:ocr:0"), the
    same for the process that follows it there; `start_id` is new at each start of the site."""

    owner: str
    start_id: uuid.UUID


@dataclass(frozen=True)
class PageClaim:
    """The right to read one page, and all that reading it needs to know."""

    page_id: uuid.UUID
    document_id: uuid.UUID
    number: int
    token: int
    run: int
    attempt: int
    filename: str
    mime_type: str
    language: str
    ocr: str
    requested_engine: str


def claim_next(reader: ClaimOwner, *, engines: tuple[str, ...] = ()) -> PageClaim | None:
    """The next page for `reader`, or None when no page waits.

    `engines`: the OCR engines this reader has; a document for which another one was asked is left
    to those who have it. The attempt is counted here, before the work begins.
    """
    now = timezone.now()
    while True:
        with transaction.atomic():
            document = _choose_document(now, engines)
            if document is None:
                return None
            page = (
                Page.objects.filter(_claimable(now), document=document).order_by("number").first()
            )
            if page is None:
                continue
            _lease(page, reader, now)
            document.last_served_at = timezone.now()
            document.save(update_fields=["last_served_at"])
        return PageClaim(
            page_id=page.id,
            document_id=document.id,
            number=page.number,
            token=page.lease_token,
            run=document.run,
            attempt=page.attempts,
            filename=document.filename,
            mime_type=document.mime_type,
            language=document.language,
            ocr=document.ocr,
            requested_engine=document.requested_engine,
        )


def renew(claim: PageClaim) -> bool:
    """Extend the lease; False when the claim is lost."""
    return bool(_held(claim).update(lease_expires_at=timezone.now() + LEASE))


def release(claim: PageClaim) -> bool:
    """Give the page back unread (a stop on request); the attempt is taken back too.

    False when the claim was lost already.
    """
    given_back = _held(claim).update(
        status=PageStatus.PENDING,
        lease_owner="",
        lease_expires_at=None,
        attempts=F("attempts") - 1,
        start_attempts=F("start_attempts") - 1,
    )
    if given_back:
        announce(pages_waiting)
    return bool(given_back)


def waiting_pages() -> QuerySet[Page]:
    """The pages that could be claimed now."""
    return Page.objects.filter(
        _claimable(timezone.now()),
        document__status=Status.PROCESSING,
        document__trashed_at=None,
    )


def _held(claim: PageClaim) -> QuerySet[Page]:
    # The token says it all: whatever ends a claim, a new run too, makes it another one. (A join
    # would not be looked at again by PostgreSQL after a wait for the row.)
    return Page.objects.filter(id=claim.page_id, status=PageStatus.RUNNING, lease_token=claim.token)


def _claimable(now: datetime.datetime) -> Q:
    return Q(status=PageStatus.PENDING) & (Q(retry_at=None) | Q(retry_at__lte=now))


def _choose_document(now: datetime.datetime, engines: tuple[str, ...]) -> Document | None:
    """The document to serve, locked until the transaction ends; None when no page waits.

    Two steps, so that a long queue costs nothing: nearly always some document has no leased page,
    and the index on (status, last_served_at) gives the least recently served of those at once.
    Locked rows are passed over first, so that readers spread over the documents, and waited for
    only when nothing else is left.
    """
    pages = Page.objects.filter(document=OuterRef("pk"))
    running = pages.filter(status=PageStatus.RUNNING)
    waiting = Document.objects.filter(
        Q(requested_engine="") | Q(requested_engine__in=engines),
        Exists(pages.filter(_claimable(now))),
        status=Status.PROCESSING,
        trashed_at=None,
    )
    unserved = waiting.filter(~Exists(running)).order_by("last_served_at")
    served = (
        waiting.filter(Exists(running))
        .annotate(leased=Subquery(_counted(running)))
        .order_by("leased", "last_served_at")
    )
    for skip_locked in (True, False):
        document = _lock(unserved[:1], skip_locked) or _lock(
            Document.objects.filter(id__in=[d.id for d in served[:1]]), skip_locked
        )
        if document is not None:
            return document
    return None


def _counted(pages: QuerySet[Page]) -> QuerySet[Any]:
    return pages.order_by().values("document").annotate(number_of=Count("pk")).values("number_of")


def _lock(documents: QuerySet[Document], skip_locked: bool) -> Document | None:
    return documents.select_for_update(skip_locked=skip_locked, of=("self",)).first()


def _lease(page: Page, reader: ClaimOwner, now: datetime.datetime) -> None:
    same_start = page.start_id == reader.start_id
    page.status = PageStatus.RUNNING
    page.lease_token += 1
    page.lease_owner = reader.owner
    page.lease_expires_at = now + LEASE
    page.attempts += 1
    page.start_attempts = page.start_attempts + 1 if same_start else 1
    page.start_id = reader.start_id
    page.retry_at = None
    page.save()
