"""A document is prepared: its pages are counted once, or it is said why not."""

from __future__ import annotations

import pytest

from documents.actions.claim_task import claim_task
from documents.actions.prepare import fail_preparation, record_page_count
from documents.errors import DamagedFile, LeaseLost, OriginalMissing
from documents.models import Event, PageStatus, Status
from documents.models.claim import MAX_TASK_ATTEMPTS
from tests.documents.actions.claimed_tasks import claim, end_lease, queued_document

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


def test_counted_pages_can_be_read() -> None:
    document = queued_document()

    record_page_count(claim(), 3)

    document.refresh_from_db()
    assert (document.status, document.page_count, document.task) == ("processing", 3, "")
    assert list(document.pages.values_list("number", "status")) == [
        (1, PageStatus.PENDING),
        (2, PageStatus.PENDING),
        (3, PageStatus.PENDING),
    ]


def test_a_document_prepared_twice_has_its_pages_once() -> None:
    document = queued_document()
    slow = claim()
    end_lease(document)
    record_page_count(claim(), 2)

    with pytest.raises(LeaseLost):
        record_page_count(slow, 2)

    assert document.pages.count() == 2


def test_a_file_that_cannot_be_opened_fails_with_the_reason() -> None:
    document = queued_document()

    fail_preparation(claim(), DamagedFile("The file is cut off."))

    document.refresh_from_db()
    assert (document.status, document.error_code) == (Status.FAILED, "damaged-file")
    assert document.error_detail == "The file is cut off."
    assert document.finished_at is not None
    assert claim_task() is None


def test_a_transient_failure_is_tried_again_until_the_attempts_are_used_up() -> None:
    document = queued_document()
    for _ in range(MAX_TASK_ATTEMPTS - 1):
        fail_preparation(claim(), OriginalMissing("not there"))
        document.refresh_from_db()
        assert document.status == Status.QUEUED

    fail_preparation(claim(), OriginalMissing("not there"))

    document.refresh_from_db()
    assert (document.status, document.error_code) == (Status.FAILED, "original-missing")


def test_a_document_whose_preparation_kills_every_process_is_given_up() -> None:
    document = queued_document()
    for _ in range(MAX_TASK_ATTEMPTS):
        claim()
        end_lease(document)

    assert claim_task() is None

    document.refresh_from_db()
    assert (document.status, document.error_code) == (Status.FAILED, "quarantined")


def test_a_failed_preparation_is_an_event_too() -> None:
    document = queued_document()

    fail_preparation(claim(), DamagedFile("no"))

    event = Event.objects.get(document=document)
    assert (event.kind, event.data["status"]) == ("document.read", "failed")
