"""A document read again."""

from __future__ import annotations

import uuid

import pytest

from documents.actions.claim_page import claim_page
from documents.actions.decide import approve
from documents.actions.record_reading import record_reading
from documents.actions.reprocess import reprocess
from documents.actions.trash import trash
from documents.errors import Conflict, InvalidRequest, NotFound
from documents.models import Document, PageStatus, ReviewStatus, Status, Task
from documents.models.claim import ClaimOwner
from tests.factories import make_document, make_layout, make_ocr_worker

pytestmark = pytest.mark.django_db


def statuses(document: Document) -> list[str]:
    return list(document.pages.order_by("number").values_list("status", flat=True))


def test_every_page_is_queued_again() -> None:
    document = make_document(pages=["one", "two"])

    reprocess(document.id, actor=None)

    document.refresh_from_db()
    assert statuses(document) == [PageStatus.PENDING, PageStatus.PENDING]
    assert (document.status, document.run, document.pages_done) == (Status.PROCESSING, 2, 0)


def test_what_was_read_stays_current_until_it_is_read_again() -> None:
    document = make_document(pages=["one"])

    reprocess(document.id, actor=None)

    page = document.pages.select_related("current_reading").get()
    assert page.layout is not None and page.layout.text == "one"


def test_only_the_failed_pages_are_queued_when_asked_for_them() -> None:
    document = make_document(status=Status.PARTIAL, pages=["one", None, "three"], failed=[2])

    reprocess(document.id, actor=None, pages="failed")

    document.refresh_from_db()
    assert statuses(document) == [PageStatus.DONE, PageStatus.PENDING, PageStatus.DONE]
    assert (document.pages_done, document.pages_failed) == (2, 0)


def test_only_the_pages_that_are_named_are_queued() -> None:
    document = make_document(status=Status.PARTIAL, pages=["one", None, "three"], failed=[2])

    reprocess(document.id, actor=None, pages=[3])

    document.refresh_from_db()
    assert statuses(document) == [PageStatus.DONE, PageStatus.FAILED, PageStatus.PENDING]
    assert (document.pages_done, document.pages_failed, document.run) == (1, 1, 2)


@pytest.mark.parametrize("pages", [[4], [0], [], list(range(2000))])
def test_pages_that_are_not_there_are_not_read_again(pages: list[int]) -> None:
    document = make_document(pages=["one", "two", "three"])

    with pytest.raises(InvalidRequest):
        reprocess(document.id, actor=None, pages=pages)


def test_single_pages_wait_until_the_others_have_been_read() -> None:
    document = make_document(status=Status.PROCESSING, pages=["one", None])

    with pytest.raises(Conflict):
        reprocess(document.id, actor=None, pages=[1])


def test_without_failed_pages_asking_for_them_changes_nothing() -> None:
    document = make_document(pages=["one"])

    reprocess(document.id, actor=None, pages="failed")

    document.refresh_from_db()
    assert (document.status, document.run) == (Status.READY, 1)


def test_asking_for_failed_pages_while_reading_leaves_the_reading_alone() -> None:
    document = make_document(status=Status.PROCESSING, pages=[None, None, None], failed=[3])
    held = claim_page(ClaimOwner("one:ocr:0", uuid.uuid4()))
    assert held is not None

    reprocess(document.id, actor=None, pages="failed")

    record_reading(held, make_layout("read"), engine="tesseract", engine_version="5")
    document.refresh_from_db()
    assert (document.pages_done, document.pages_failed) == (1, 0)
    assert statuses(document) == [PageStatus.DONE, PageStatus.PENDING, PageStatus.PENDING]


def test_results_that_were_given_up_are_assembled_again_without_reading() -> None:
    document = make_document(status=Status.FAILED, pages=["one"], error_code="quarantined")

    reprocess(document.id, actor=None, pages="failed")

    document.refresh_from_db()
    assert (document.task, document.error_code) == (Task.FINISH, "")
    assert statuses(document) == [PageStatus.DONE]


def test_an_engine_once_asked_for_is_not_asked_for_again() -> None:
    document = make_document(pages=["one"], requested_engine="paddleocr-vl")

    reprocess(document.id, actor=None)

    document.refresh_from_db()
    assert document.requested_engine == ""


def test_a_file_that_could_not_be_opened_is_opened_again() -> None:
    document = make_document(status=Status.FAILED, error_code="original-missing", task=Task.NONE)

    reprocess(document.id, actor=None)

    document.refresh_from_db()
    assert (document.status, document.task) == (Status.QUEUED, Task.PREPARE)
    assert document.error_code == ""


def test_the_review_starts_anew() -> None:
    document = make_document(pages=["one"])
    approve(document.id, actor=None)

    reprocess(document.id, actor=None)

    document.refresh_from_db()
    assert document.review_status == ReviewStatus.UNREVIEWED
    assert document.reviewed_at is None


def test_the_way_of_reading_can_be_changed() -> None:
    document = make_document(pages=["one"])

    reprocess(document.id, actor=None, ocr="always", language="RU")

    document.refresh_from_db()
    assert (document.ocr, document.language) == ("always", "ru")


def test_an_engine_that_a_reader_has_can_be_asked_for() -> None:
    document = make_document(pages=["one"])
    make_ocr_worker("paddleocr-vl")

    reprocess(document.id, actor=None, engine="paddleocr-vl")

    document.refresh_from_db()
    assert document.requested_engine == "paddleocr-vl"


def test_an_engine_that_no_reader_has_is_refused_and_nothing_waits_for_it() -> None:
    document = make_document(pages=["one"])
    make_ocr_worker("tesseract")

    with pytest.raises(Conflict):
        reprocess(document.id, actor=None, engine="paddleocr-vl")

    document.refresh_from_db()
    assert document.status == Status.READY


@pytest.mark.parametrize(
    ("field", "value"), [("pages", "1-3"), ("engine", "abbyy"), ("ocr", "perhaps")]
)
def test_a_value_that_makes_no_sense_is_refused_by_name(field: str, value: str) -> None:
    document = make_document(pages=["one"])

    with pytest.raises(InvalidRequest) as refusal:
        reprocess(document.id, actor=None, **{field: value})

    assert list(refusal.value.fields) == [field]


def test_what_lies_in_the_trash_is_not_read_again() -> None:
    document = make_document(pages=["one"])
    trash(document.id, actor=None)

    with pytest.raises(Conflict):
        reprocess(document.id, actor=None)


def test_a_document_that_is_not_there_is_said_to_be_not_there() -> None:
    with pytest.raises(NotFound):
        reprocess(uuid.uuid4(), actor=None)
