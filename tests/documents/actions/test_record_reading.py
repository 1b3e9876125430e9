"""What became of a claimed page."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.utils import timezone

from documents.actions.claim_page import claim_page
from documents.actions.claim_task import claim_task
from documents.actions.correct import correct
from documents.actions.fail_page import fail_page
from documents.actions.finish import finish
from documents.actions.record_reading import record_reading
from documents.actions.reprocess import reprocess
from documents.actions.take_back_lost_pages import take_back_lost_pages
from documents.errors import Conflict, DamagedPage, LeaseLost, ReadingTimeout
from documents.models import Document, Page, PageStatus, Reading, Status, Task
from documents.models.claim import ClaimOwner, PageClaim
from tests.factories import make_document, make_layout

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

READER = ClaimOwner("one:ocr:0", uuid.uuid4())


def claimed(pages: int = 1) -> PageClaim:
    make_document(status=Status.PROCESSING, pages=[None] * pages)
    return claim()


def claim(reader: ClaimOwner = READER) -> PageClaim:
    found = claim_page(reader)
    assert found is not None
    return found


def record(claim: PageClaim, text: str = "read") -> Reading:
    return record_reading(claim, make_layout(text), engine="tesseract", engine_version="5")


def page_of(claim: PageClaim) -> Page:
    return Page.objects.select_related("current_reading", "current_revision").get(id=claim.page_id)


def document_of(claim: PageClaim) -> Document:
    return Document.objects.get(id=claim.document_id)


def end_lease(claim: PageClaim) -> None:
    past = timezone.now() - datetime.timedelta(seconds=1)
    Page.objects.filter(id=claim.page_id).update(lease_expires_at=past)


def test_a_recorded_reading_is_what_the_page_says() -> None:
    held = claimed(pages=2)

    record(held, "Договор № 12")

    page = page_of(held)
    assert page.status == PageStatus.DONE
    assert page.layout is not None and page.layout.text == "Договор № 12"
    document = document_of(held)
    assert (document.pages_done, document.task) == (1, Task.NONE)


def test_the_last_settled_page_leaves_the_results_to_be_assembled() -> None:
    held = claimed(pages=2)
    record(held)
    fail_page(claim(), DamagedPage("no"))

    document = document_of(held)

    assert (document.pages_done, document.pages_failed) == (1, 1)
    assert document.task == Task.FINISH


def test_a_page_is_recorded_once() -> None:
    held = claimed()
    record(held)

    with pytest.raises(LeaseLost):
        record(held)

    assert Reading.objects.count() == 1
    assert document_of(held).pages_done == 1


def test_a_reader_whose_lease_went_to_another_records_nothing() -> None:
    slow = claimed()
    end_lease(slow)
    take_back_lost_pages()
    quick = claim(ClaimOwner("one:ocr:1", READER.start_id))

    with pytest.raises(LeaseLost):
        record(slow, "too late")

    record(quick, "in time")
    layout = page_of(quick).layout
    assert layout is not None and layout.text == "in time"


def test_a_reader_whose_lease_went_to_another_fails_nothing() -> None:
    slow = claimed()
    end_lease(slow)
    take_back_lost_pages()

    with pytest.raises(LeaseLost):
        fail_page(slow, DamagedPage("no"))

    assert page_of(slow).status == PageStatus.PENDING


def test_a_reading_begun_before_the_document_was_queued_again_is_not_kept() -> None:
    held = claimed()
    reprocess(held.document_id, actor=None)

    with pytest.raises(LeaseLost):
        record(held, "of the run before")

    assert not Reading.objects.exists()


def test_a_reading_of_a_document_deleted_meanwhile_is_not_kept() -> None:
    held = claimed()
    Document.objects.all().delete()

    with pytest.raises(LeaseLost):
        record(held)


def test_a_correction_stays_current_when_the_page_is_read_again() -> None:
    held = claimed()
    record(held, "Дoговор")
    finish_document(held)
    correct(held.document_id, 1, {"b0": "Договор"}, revision=0, actor=None)
    reprocess(held.document_id, actor=None)

    record(claim(), "Догов0р")

    page = page_of(held)
    assert page.layout is not None and page.layout.text == "Договор"
    assert page.newer_reading


def test_what_is_typed_for_an_earlier_reading_does_not_land_in_a_newer_one() -> None:
    held = claimed()
    record(held, "first reading")
    seen = page_of(held).revision
    reprocess(held.document_id, actor=None)
    record(claim(), "quite another one")

    with pytest.raises(Conflict):
        correct(held.document_id, 1, {"b0": "typed for the first"}, revision=seen, actor=None)

    layout = page_of(held).layout
    assert layout is not None and layout.text == "quite another one"


def finish_document(held: PageClaim) -> None:
    task = claim_task()
    assert task is not None
    finish(task)


def test_a_permanent_error_fails_the_page_at_once_with_its_reason() -> None:
    held = claimed()

    fail_page(held, DamagedPage("The page's content stream is cut off."))

    page = page_of(held)
    assert (page.status, page.error_code) == (PageStatus.FAILED, "damaged-page")
    assert page.error_detail == "The page's content stream is cut off."


def test_a_transient_error_lets_the_page_rest_and_then_be_tried_again() -> None:
    held = claimed()

    fail_page(held, ReadingTimeout("slow"))

    page = page_of(held)
    assert page.status == PageStatus.PENDING
    assert page.retry_at is not None and page.retry_at > timezone.now()


def test_transient_errors_end_in_quarantine_after_three_attempts_in_a_life() -> None:
    held = claimed()
    for _ in range(2):
        fail_page(held, ReadingTimeout("slow"))
        Page.objects.update(retry_at=None)
        held = claim()

    fail_page(held, ReadingTimeout("slow"))

    page = page_of(held)
    assert (page.status, page.error_code) == (PageStatus.FAILED, "quarantined")
    assert "slow" in page.error_detail


def test_a_page_whose_reader_died_is_read_by_the_next() -> None:
    held = claimed()
    end_lease(held)

    assert take_back_lost_pages() == 1

    assert claim().number == held.number


def test_a_lease_that_has_not_ended_is_left_alone() -> None:
    held = claimed()

    assert take_back_lost_pages() == 0

    record(held)


def test_a_reader_that_starts_again_gives_back_what_its_place_held() -> None:
    held = claimed()

    assert take_back_lost_pages(of=ClaimOwner("one:ocr:1", READER.start_id)) == 0
    assert take_back_lost_pages(of=READER) == 1

    assert page_of(held).status == PageStatus.PENDING


def test_the_sole_supervisor_gives_back_what_lives_before_it_held() -> None:
    held = claimed()

    assert take_back_lost_pages(sole_start=READER.start_id) == 0
    assert take_back_lost_pages(sole_start=uuid.uuid4()) == 1

    assert page_of(held).status == PageStatus.PENDING


def test_a_page_that_killed_its_reader_three_times_in_a_life_is_quarantined() -> None:
    held = claimed(pages=2)
    other = claim()
    record(other)
    for _ in range(2):
        end_lease(held)
        take_back_lost_pages()
        held = claim()
    end_lease(held)

    take_back_lost_pages()

    page = page_of(held)
    assert (page.status, page.error_code) == (PageStatus.FAILED, "quarantined")
    assert document_of(held).task == Task.FINISH


def test_a_page_that_killed_six_readers_in_different_lives_is_quarantined() -> None:
    held = claimed()
    for _ in range(5):
        end_lease(held)
        take_back_lost_pages()
        assert page_of(held).status == PageStatus.PENDING
        held = claim(ClaimOwner("one:ocr:0", uuid.uuid4()))
    end_lease(held)

    take_back_lost_pages()

    assert page_of(held).error_code == "quarantined"


def test_reading_again_forgives_a_quarantined_page() -> None:
    held = claimed()
    for _ in range(2):
        end_lease(held)
        take_back_lost_pages()
        held = claim()
    end_lease(held)
    take_back_lost_pages()

    reprocess(held.document_id, actor=None, pages="failed")

    page = page_of(held)
    assert (page.status, page.attempts, page.error_code) == (PageStatus.PENDING, 0, "")
