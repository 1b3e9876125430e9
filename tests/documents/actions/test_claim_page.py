"""Who reads which page next."""

from __future__ import annotations

import datetime
import threading
import uuid
from collections.abc import Callable
from itertools import pairwise

import pytest
from django.db import connection, connections
from django.utils import timezone

from documents.actions.claim_page import claim_page
from documents.actions.claim_turns import Turns
from documents.actions.trash import trash
from documents.models import Document, Page, PageStatus
from documents.models.claim import ClaimOwner, PageClaim
from tests.documents.actions.readers import READER, waiting_document

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


def taken(count: int, reader: ClaimOwner = READER) -> list[PageClaim | None]:
    return [claim_page(reader) for _ in range(count)]


def test_pages_of_one_document_are_claimed_in_order() -> None:
    waiting_document(3)

    assert [c and c.number for c in taken(4)] == [1, 2, 3, None]


def test_a_claim_counts_the_attempt_before_the_work() -> None:
    waiting_document(1)

    claim = claim_page(READER)

    assert claim is not None
    page = Page.objects.get(id=claim.page_id)
    assert (page.status, page.attempts, page.start_attempts) == (PageStatus.RUNNING, 1, 1)
    assert page.lease_expires_at is not None and page.lease_expires_at > timezone.now()


def test_a_page_that_is_leased_is_not_claimed_again() -> None:
    waiting_document(1)

    assert taken(2)[1] is None


def test_a_new_one_page_document_is_served_before_the_rest_of_a_long_one() -> None:
    long = waiting_document(500)
    taken(2)
    short = waiting_document(1)

    claim = claim_page(READER)

    assert claim is not None and claim.document_id == short.id
    following = claim_page(READER)
    assert following is not None and following.document_id == long.id


def test_documents_are_served_by_turns() -> None:
    first, second = waiting_document(10), waiting_document(10)

    served = []
    for _ in range(4):
        claim = claim_page(READER)
        assert claim is not None
        served.append(claim.document_id)
        Page.objects.filter(id=claim.page_id).update(status=PageStatus.DONE)

    assert served == [first.id, second.id, first.id, second.id]


def read_pages(workers: int, steps: int, arrive: Callable[[int], None]) -> list[list[uuid.UUID]]:
    """The documents of which a page is read at each step: each worker reads a page a step, and
    `arrive` makes what is uploaded before the step."""
    served: list[list[uuid.UUID]] = []
    for step in range(steps):
        arrive(step)
        claims = [
            claim_page(
                ClaimOwner(f"one:ocr:{slot}", READER.start_id),
                turns=Turns(0, started_first=step % 2 == 1),
            )
            for slot in range(workers)
        ]
        served.append([claim.document_id for claim in claims if claim is not None])
        for claim in filter(None, claims):
            Page.objects.filter(id=claim.page_id).update(status=PageStatus.DONE)
    return served


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stream_of_single_pages_keeps_no_long_document_back(workers: int) -> None:
    protocol = waiting_document(8)
    book = waiting_document(40)

    def arrive(step: int) -> None:
        # As many single sheets as the workers can read, all the time.
        for _ in range(workers):
            waiting_document(1)

    served = read_pages(workers, 40, arrive)

    for document, pages in ((protocol, 8), (book, 40)):
        steps = [step for step, documents in enumerate(served) if document.id in documents]
        waits = [after - before for before, after in pairwise(steps)]
        # Two long documents wait: at most 2 * 2 / workers page times for each page.
        assert max(waits) <= 2 * 2 / workers
        assert len(steps) >= min(pages, 40 * workers / 4) * 0.9


def test_a_stream_of_single_pages_is_read_meanwhile() -> None:
    waiting_document(500)
    singles: dict[uuid.UUID, int] = {}

    def arrive(step: int) -> None:
        if step % 2 == 0:
            singles[waiting_document(1).id] = step

    served = read_pages(1, 20, arrive)

    read_at = {document: step for step, found in enumerate(served) for document in found}
    waits = [read_at[document] - step for document, step in singles.items() if document in read_at]
    assert len(waits) >= 9
    assert max(waits) <= 2, "beside a long document a single page is read within three page times"


def test_the_document_with_the_fewest_leased_pages_is_next() -> None:
    crowded, calm = waiting_document(10), waiting_document(10)
    Page.objects.filter(document=crowded, number__lte=3).update(status=PageStatus.RUNNING)
    Page.objects.filter(document=calm, number=1).update(status=PageStatus.RUNNING)

    claim = claim_page(READER)

    assert claim is not None and claim.document_id == calm.id


def test_documents_in_the_trash_are_not_read() -> None:
    document = waiting_document(1)
    trash(document.id, actor=None)

    assert claim_page(READER) is None


def test_a_page_that_rests_after_a_failure_is_not_claimed_before_its_time() -> None:
    document = waiting_document(1)
    document.pages.update(retry_at=timezone.now() + datetime.timedelta(seconds=60))
    assert claim_page(READER) is None

    document.pages.update(retry_at=timezone.now() - datetime.timedelta(seconds=1))

    assert claim_page(READER) is not None


def test_a_document_meant_for_another_engine_is_left_to_those_who_have_it() -> None:
    waiting_document(1, requested_engine="paddleocr-vl")

    assert claim_page(READER, engines=("tesseract",)) is None
    assert claim_page(READER, engines=("paddleocr-vl",)) is not None


def test_choosing_a_page_costs_the_same_with_many_documents_waiting(
    django_assert_max_num_queries: object,
) -> None:
    for _ in range(5):
        waiting_document(2)

    with django_assert_max_num_queries(8):  # type: ignore[operator]
        assert claim_page(READER) is not None


@pytest.mark.django_db(transaction=True)
def test_readers_claiming_at_once_never_get_the_same_page() -> None:
    for _ in range(4):
        waiting_document(10)
    claimed: list[tuple[uuid.UUID, int]] = []
    errors: list[BaseException] = []

    def read(slot: int) -> None:
        try:
            while (claim := claim_page(ClaimOwner(f"one:ocr:{slot}", READER.start_id))) is not None:
                claimed.append((claim.document_id, claim.number))
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=read, args=(slot,)) for slot in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert errors == []
    assert len(claimed) == len(set(claimed)) == 40


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer")
def test_a_document_locked_by_somebody_else_is_passed_over() -> None:
    from django.db import transaction

    first, second = waiting_document(2), waiting_document(2)
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                Document.objects.select_for_update().get(id=first.id)
                locked.set()
                done.wait(60)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(60)
    try:
        claim = claim_page(READER)
        assert claim is not None and claim.document_id == second.id
    finally:
        done.set()
        holder.join()
