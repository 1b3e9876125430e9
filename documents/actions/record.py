"""What became of a claimed page: read, failed, or its reader lost."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from documents.actions.claim import ClaimOwner, PageClaim
from documents.actions.locking import locked
from documents.errors import ArchiveError, LeaseLost, NotFound, Quarantined
from documents.events import commit_change
from documents.files.figures import Figure
from documents.models import Document, Page, PageStatus, Reading, Status
from documents.models.document import Task
from documents.models.fields import pack
from documents.signals import announce, pages_waiting, tasks_waiting
from documents.text.page_layout import PageLayout

#: A page is set aside after this many attempts that ended badly (design, section 2).
MAX_ATTEMPTS_IN_A_START = 3
MAX_ATTEMPTS = 6
#: How long a page waits after its n-th failed attempt: 5 s, 10 s, 20 s ...
RETRY_AFTER_SECONDS = 5


def record_reading(
    claim: PageClaim,
    layout: PageLayout,
    *,
    engine: str,
    engine_version: str,
    figures: Iterable[Figure] = (),
) -> Reading:
    """Keep the reading of a claimed page; a person's correction of it stays what counts.

    `figures` are those that `layout` names; their files are kept already.
    Raises LeaseLost when the claim is no longer good: nothing is kept then.
    """
    data = layout.to_dict()
    # 6 ms for a dense page, in which SQLite's only writer would keep uploads and readers waiting.
    packed = pack(data)
    with transaction.atomic():
        document, page = _claimed(claim)
        reading = Reading.objects.create(
            page=page,
            run=claim.run,
            engine=engine,
            engine_version=engine_version,
            width=layout.width,
            height=layout.height,
            dpi=layout.dpi,
            rotation=layout.rotation,
            confidence=layout.confidence,
            flags=layout.flags,
            figures=[figure.facts() for figure in figures],
            layout=packed,
        )
        reading.layout = data
        if page.current_reading_id is not None:
            # What somebody types now, they type for what they saw: the reading before this one.
            page.revision += 1
        page.current_reading = reading
        page.status = PageStatus.DONE
        _settle(document, page)
        document.pages_done += 1
        document.content_version += 1
        commit_change(document)
    return reading


def fail_page(claim: PageClaim, error: ArchiveError) -> None:
    """The page could not be read: for good, or until it is tried again in a while.

    Raises LeaseLost.
    """
    with transaction.atomic():
        document, page = _claimed(claim)
        if error.permanent:
            fail_unread(document, page, error)
        elif (given_up := _used_up(page, error.detail)) is not None:
            fail_unread(document, page, given_up)
        else:
            delay = RETRY_AFTER_SECONDS * 2 ** max(page.start_attempts - 1, 0)
            page.retry_at = timezone.now() + datetime.timedelta(seconds=delay)
            _back(page, error.code, error.detail)


def postpone_page(claim: PageClaim, delay: datetime.timedelta) -> None:
    """Leave the page for later, its attempt not counted: the cause lies outside of it.

    Raises LeaseLost.
    """
    with transaction.atomic():
        _, page = _claimed(claim)
        page.retry_at = timezone.now() + delay
        page.attempts -= 1
        page.start_attempts -= 1
        _back(page, "", "")


def take_back_lost_pages(
    *, of: ClaimOwner | None = None, sole_start: uuid.UUID | None = None
) -> int:
    """Pages whose reader is gone: back to the queue, or set aside after too many attempts.

    Lost are the pages whose lease ran out; `of` given, those that an earlier process in that
    reader's place held; `sole_start` given (no other supervisor can be alive), those of every other
    start_id. Returns their number.
    """
    lost = Q(lease_expires_at__lt=timezone.now())
    if of is not None:
        lost |= Q(lease_owner=of.owner)
    if sole_start is not None:
        lost |= ~Q(start_id=sole_start)
    running = Page.objects.filter(lost, status=PageStatus.RUNNING)
    return sum(
        _take_back(document_id, lost)
        for document_id in set(running.values_list("document_id", flat=True))
    )


def _take_back(document_id: uuid.UUID, lost: Q) -> int:
    with transaction.atomic():
        try:
            document = locked(document_id)
        except NotFound:
            return 0
        pages: QuerySet[Page] = document.pages.select_for_update().filter(
            lost, status=PageStatus.RUNNING
        )
        for page in (taken := list(pages)):
            given_up = _used_up(page, "Its reader stopped or was killed.")
            if given_up is None:
                _back(page, "", "")
            else:
                fail_unread(document, page, given_up)
        if taken:
            announce(pages_waiting)
    return len(taken)


def _used_up(page: Page, why: str) -> Quarantined | None:
    if page.start_attempts < MAX_ATTEMPTS_IN_A_START and page.attempts < MAX_ATTEMPTS:
        return None
    return Quarantined(
        f"Set aside after {page.attempts} attempts; the last one: {why} "
        "Read the failed pages again when the cause is mended.",
        document=page.document_id,
        page=page.number,
    )


def _claimed(claim: PageClaim) -> tuple[Document, Page]:
    try:
        document = locked(claim.document_id)
    except NotFound:
        raise _lost(claim) from None
    page = document.pages.select_for_update().filter(id=claim.page_id).first()
    if (
        page is None
        or page.status != PageStatus.RUNNING
        or page.lease_token != claim.token
        or document.run != claim.run
    ):
        raise _lost(claim)
    return document, page


def _lost(claim: PageClaim) -> LeaseLost:
    return LeaseLost(
        "The page was given to another reader, or the document is being read anew; "
        "this reading is not kept.",
        document=claim.document_id,
        page=claim.number,
    )


def _back(page: Page, code: str, detail: str) -> None:
    page.status = PageStatus.PENDING
    page.lease_owner = ""
    page.lease_expires_at = None
    page.error_code, page.error_detail = code, detail
    page.save()


def fail_unread(document: Document, page: Page, error: ArchiveError) -> None:
    """The page has failed for good, whoever held it; its document is locked by the caller."""
    page.status = PageStatus.FAILED
    _settle(document, page, error)
    document.pages_failed += 1
    commit_change(document)


def fail_waiting(document: Document, error: ArchiveError) -> int:
    """Every page that waits has failed for good, in one step however many there are; the document
    is locked by the caller. Returns their number."""
    failed = document.pages.filter(status=PageStatus.PENDING).update(
        status=PageStatus.FAILED,
        lease_owner="",
        lease_expires_at=None,
        retry_at=None,
        error_code=error.code,
        error_detail=error.detail,
    )
    if failed:
        _owe_results_once_settled(document)
        document.pages_failed += failed
        commit_change(document)
    return failed


def _settle(document: Document, page: Page, error: ArchiveError | None = None) -> None:
    page.lease_owner = ""
    page.lease_expires_at = None
    page.retry_at = None
    page.error_code = error.code if error else ""
    page.error_detail = error.detail if error else ""
    page.save()
    _owe_results_once_settled(document)


def _owe_results_once_settled(document: Document) -> None:
    unsettled = document.pages.filter(status__in=(PageStatus.PENDING, PageStatus.RUNNING))
    if document.status == Status.PROCESSING and not unsettled.exists():
        document.task = Task.FINISH
        document.task_attempts = 0
        announce(tasks_waiting)
