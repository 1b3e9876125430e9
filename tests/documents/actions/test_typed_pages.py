"""A page of which nothing was read is typed by a person."""

from __future__ import annotations

import pytest

from documents.actions.claim_task import claim_task
from documents.actions.correct import correct
from documents.actions.decide import approve
from documents.actions.finish import finish
from documents.actions.reprocess import reprocess
from documents.errors import InvalidRequest, StillBeingRead
from documents.models import Document, Status
from documents.review.edits import AddBlock
from tests.factories import make_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(db: None) -> Document:
    return make_document(pages=["Догавор\n\nподпись", None])


def test_a_page_that_could_not_be_read_is_typed() -> None:
    document = make_document(status=Status.PARTIAL, pages=["one", None], failed=[2])
    block = AddBlock((10, 10, 100, 40), "text", "typed by hand")

    with pytest.raises(InvalidRequest, match="how large"):
        correct(document.id, 2, {}, edits=[block], revision=0, actor=None)
    correct(document.id, 2, {}, edits=[block], size=(1000, 1400), revision=0, actor=None)

    document.refresh_from_db()
    assert (document.pages_done, document.pages_failed) == (2, 0)
    page = document.pages.get(number=2)
    assert (page.status, page.error_code, page.revision) == ("done", "", 1)
    layout = page.layout
    assert layout is not None
    assert (layout.text, layout.width, layout.height) == ("typed by hand", 1000, 1400)
    claim = claim_task()
    assert claim is not None
    finish(claim)
    document.refresh_from_db()
    assert document.status == Status.READY


def test_a_document_of_which_nothing_was_read_is_typed_and_approved() -> None:
    document = make_document(status=Status.FAILED, pages=[None], failed=[1])
    block = AddBlock((10, 10, 100, 40), "text", "all that it says")
    correct(document.id, 1, {}, edits=[block], size=(1000, 1400), revision=0, actor=None)
    claim = claim_task()
    assert claim is not None

    finish(claim)

    document.refresh_from_db()
    assert (document.status, document.has_results, document.engine) == (Status.READY, True, "")
    assert approve(document.id, actor=None).review_status == "approved"


def test_what_is_read_again_later_stands_beside_what_was_typed() -> None:
    document = make_document(status=Status.PARTIAL, pages=["one", None], failed=[2])
    block = AddBlock((10, 10, 100, 40), "text", "typed")
    correct(document.id, 2, {}, edits=[block], size=(1000, 1400), revision=0, actor=None)

    reprocess(document.id, actor=None)

    document.refresh_from_db()
    assert document.run == 2
    page = document.pages.get(number=2)
    assert page.layout is not None and page.layout.text == "typed"


def test_nobody_types_a_page_while_its_document_is_being_read() -> None:
    other = make_document(status=Status.PROCESSING, pages=["one", None], failed=[2])
    block = AddBlock((10, 10, 100, 40), "text", "typed")

    with pytest.raises(StillBeingRead):
        correct(other.id, 2, {}, edits=[block], size=(1000, 1400), revision=0, actor=None)
