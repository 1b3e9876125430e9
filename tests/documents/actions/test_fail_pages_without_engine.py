"""Pages that wait for an engine that no worker has fail, late and with the reason."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from django.utils import timezone

from documents.actions.fail_pages_without_engine import PATIENCE, fail_pages_without_engine
from documents.actions.trash import trash
from documents.models import Document, Page, PageStatus, Status, Task
from documents.models.document import DocumentQuerySet
from tests.factories import make_document, make_ocr_worker

pytestmark = pytest.mark.django_db

LONG = PATIENCE + datetime.timedelta(minutes=1)


def waiting(pages: Sequence[str | None] = (None,), **fields: Any) -> Document:
    """A document whose pages have waited for PaddleOCR-VL forever."""
    return make_document(
        status=Status.PROCESSING, pages=pages, requested_engine="paddleocr-vl", **fields
    )


def give_up(watched_for: datetime.timedelta = LONG) -> int:
    return fail_pages_without_engine(watched_for=watched_for)


def test_pages_wait_for_a_missing_engine_only_so_long() -> None:
    document = waiting([None, None])
    make_ocr_worker("tesseract")

    assert give_up() == 2

    document.refresh_from_db()
    assert (document.task, document.pages_failed, document.version) == (Task.FINISH, 2, 2)
    assert {page.error_code for page in document.pages.all()} == {"engine-unavailable"}


def test_pages_that_were_read_stay_read() -> None:
    document = waiting(["one", None])
    make_ocr_worker("tesseract")

    assert give_up() == 1

    assert document.pages.get(number=1).status == PageStatus.DONE


def test_a_page_that_is_being_read_is_waited_for() -> None:
    document = waiting([None, None])
    Page.objects.filter(number=1).update(status=PageStatus.RUNNING)
    make_ocr_worker("tesseract")

    assert give_up() == 1

    document.refresh_from_db()
    assert (document.task, document.pages_failed) == (Task.NONE, 1)


def test_nobody_is_given_up_while_a_reader_still_loads_its_engine() -> None:
    waiting()
    make_ocr_worker("tesseract")
    make_ocr_worker("", engine_state="loading")

    assert give_up() == 0


def test_nobody_is_given_up_while_no_reader_lives() -> None:
    waiting()

    assert give_up() == 0


def test_nobody_is_given_up_shortly_after_a_start() -> None:
    waiting()
    make_ocr_worker("tesseract")

    assert give_up(PATIENCE - datetime.timedelta(seconds=1)) == 0


def test_nobody_is_given_up_whose_reader_was_there_a_short_while_ago() -> None:
    waiting()
    make_ocr_worker("tesseract")
    make_ocr_worker("paddleocr-vl", heartbeat_at=timezone.now() - PATIENCE / 2)

    assert give_up() == 0


def test_nobody_is_given_up_who_began_to_wait_a_short_while_ago() -> None:
    waiting(last_served_at=timezone.now() - PATIENCE / 2)
    make_ocr_worker("tesseract")

    assert give_up() == 0


@pytest.mark.parametrize("what", ["trashed", "another engine", "settled", "served", "gone"])
def test_what_changed_meanwhile_is_left_alone(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    document = waiting()
    make_ocr_worker("tesseract")

    def somebody_is_quicker(self: DocumentQuerySet, document_id: uuid.UUID) -> Document:
        monkeypatch.undo()
        found = Document.objects.filter(id=document_id)
        if what == "trashed":
            trash(document_id, actor=None)
        elif what == "another engine":
            found.update(requested_engine="")
        elif what == "settled":
            found.update(status=Status.READY)
        elif what == "served":
            found.update(last_served_at=timezone.now())
        else:
            found.delete()
        return self.lock(document_id)

    monkeypatch.setattr(DocumentQuerySet, "lock", somebody_is_quicker)

    assert give_up() == 0

    assert not Page.objects.filter(status=PageStatus.FAILED).exists()
    assert not Document.objects.filter(id=document.id, task=Task.FINISH).exists()


def test_any_number_of_pages_takes_a_handful_of_queries(
    django_assert_max_num_queries: Any,
) -> None:
    waiting([None] * 60)
    make_ocr_worker("tesseract")

    with django_assert_max_num_queries(12):
        assert give_up() == 60
