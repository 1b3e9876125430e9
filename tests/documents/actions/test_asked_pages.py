"""Only the pages that were asked for are read; the others are no failure, and can be read later."""

from __future__ import annotations

import json
from typing import Any

import pytest

from documents.actions.claim_page import claim_page
from documents.actions.claim_task import claim_task
from documents.actions.finish import finish
from documents.actions.prepare import record_page_count
from documents.actions.record_reading import record_reading
from documents.actions.reprocess import reprocess
from documents.actions.upload import upload
from documents.errors import InvalidRequest, PagesOutOfRange, StillBeingRead
from documents.files.keys import result_key
from documents.files.storage import archive
from documents.files.upload_staging import StagedFile, stage
from documents.models import Document, PageStatus, Status, User
from tests.documents.actions.readers import READER
from tests.factories import make_layout, make_team, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


@pytest.fixture
def user(db: None) -> User:
    return make_user(team=make_team())


def staged() -> StagedFile:
    return stage([b"%PDF-1.4 some content"])


def sent(user: User, pages: str, count: int | None = 5) -> Document:
    document = upload(user, staged(), "book.pdf", pages=pages).document
    if count is not None:
        claim = claim_task()
        assert claim is not None
        record_page_count(claim, count)
    document.refresh_from_db()
    return document


def read_all() -> list[int]:
    """Read every page that waits, and assemble the results; the pages that were read."""
    read = []
    while claim := claim_page(READER):
        layout = make_layout(f"page {claim.number}")
        record_reading(claim, layout, engine="tesseract", engine_version="5.5.4 rus+eng")
        read.append(claim.number)
    while task := claim_task():
        finish(task)
    return read


def statuses(document: Document) -> list[str]:
    return [page.status[0] for page in document.pages.order_by("number")]


def result_json(document: Document) -> Any:
    with archive().open(result_key(document.id, "json")) as file:
        return json.loads(file.read())


def test_only_these_pages_are_read(user: User) -> None:
    document = sent(user, "1, 3-4")

    assert read_all() == [1, 3, 4]

    document.refresh_from_db()
    assert (document.status, document.error_code) == (Status.READY, "")
    assert (document.page_count, document.pages_done, document.pages_skipped) == (5, 3, 2)
    assert document.progress == 1
    assert statuses(document) == list("dsdds")
    result = result_json(document)
    assert [page["number"] for page in result["pages"]] == [1, 3, 4]
    assert result["document"]["requested_pages"] == "1,3-4"
    assert result["document"]["pages_skipped"] == 2
    assert result["document"]["engines"] == document.engines
    assert document.engines == [{"engine": "tesseract", "version": "5.5.4 rus+eng", "pages": 3}]


def test_pages_that_nobody_asked_for_can_be_read_later(user: User) -> None:
    document = sent(user, "1")
    read_all()

    reprocess(document.id, actor=user, pages="4-")
    assert read_all() == [4, 5]

    document.refresh_from_db()
    assert (document.status, document.requested_pages) == (Status.READY, "1,4-5")
    assert [page["number"] for page in result_json(document)["pages"]] == [1, 4, 5]


def test_read_again_reads_what_was_asked_for(user: User) -> None:
    document = sent(user, "2-3")
    read_all()

    reprocess(document.id, actor=user)

    assert read_all() == [2, 3]


def test_pages_may_join_while_others_are_read(user: User) -> None:
    document = sent(user, "1")

    reprocess(document.id, actor=user, pages="2")
    with pytest.raises(StillBeingRead):
        reprocess(document.id, actor=user, pages="1-2")

    assert read_all() == [1, 2]


def test_pages_that_the_document_has_not_are_told_when_they_are_counted(user: User) -> None:
    document = sent(user, "2,4-9")

    assert (document.status, document.error_code) == (Status.FAILED, "pages-out-of-range")
    assert "no page 6: its last one is 5" in document.error_detail
    assert statuses(document) == list("sssss")
    assert read_all() == []
    with pytest.raises(InvalidRequest):
        reprocess(document.id, actor=user, pages="6")

    reprocess(document.id, actor=user, pages="2,4-5")
    assert read_all() == [2, 4, 5]
    document.refresh_from_db()
    assert (document.status, document.error_code) == (Status.READY, "")


def test_the_same_file_with_other_pages_has_them_read_too(user: User) -> None:
    document = sent(user, "1-2")
    read_all()

    again = upload(user, staged(), "book.pdf", pages="2-3")
    assert (again.created, again.document.id) == (False, document.id)
    assert read_all() == [3]
    with pytest.raises(PagesOutOfRange):
        upload(user, staged(), "book.pdf", pages="6")

    upload(user, staged(), "book.pdf")
    assert read_all() == [4, 5]
    document.refresh_from_db()
    assert (document.requested_pages, document.pages_skipped) == ("", 0)


def test_the_same_file_before_its_pages_are_counted(user: User) -> None:
    document = sent(user, "1", count=None)

    upload(user, staged(), "book.pdf", pages="3")
    document.refresh_from_db()
    assert document.requested_pages == "1,3"
    upload(user, staged(), "book.pdf")

    document.refresh_from_db()
    assert document.requested_pages == ""


@pytest.mark.parametrize("pages", ["0", "3-1", "first", "1;2"])
def test_what_makes_no_sense_is_refused(user: User, pages: str) -> None:
    with pytest.raises(InvalidRequest):
        upload(user, staged(), "book.pdf", pages=pages)

    assert not Document.objects.exists()


def test_a_skipped_page_is_never_claimed(user: User) -> None:
    document = sent(user, "5")

    assert [page.number for page in document.pages.filter(status=PageStatus.PENDING)] == [5]
