"""A person's text for a page, beside what was read."""

from __future__ import annotations

import pytest

from documents.actions.accept_reading import accept_reading
from documents.actions.correct import MAX_TEXT_LENGTH, correct
from documents.actions.trash import trash
from documents.errors import Conflict, InvalidRequest, NotFound
from documents.models import Document, PageRevision, Status, Task
from documents.models.event import Event, EventKind
from documents.review.edits import Edit, MergeBlocks, SplitBlock
from tests.documents.actions.corrected_page import page_of, read_again, text_of
from tests.factories import make_document, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(db: None) -> Document:
    return make_document(pages=["Догавор\n\nподпись", None])


def test_a_correction_stands_beside_the_reading(document: Document) -> None:
    user = make_user(team=document.team)

    correct(document.id, 1, {"b0": "Договор"}, revision=0, actor=user)

    assert text_of(document) == "Договор\n\nподпись"
    revision = PageRevision.objects.get()
    assert (revision.number, revision.author) == (1, user)
    assert revision.based_on == page_of(document).current_reading
    assert (Event.objects.get().kind, Event.objects.get().actor) == (EventKind.CORRECTED, user)


def test_the_results_are_assembled_anew(document: Document) -> None:
    correct(document.id, 1, {"b0": "Договор"}, revision=0, actor=None)

    before = document
    after = Document.objects.get(id=document.id)
    assert after.task == Task.FINISH
    assert after.content_version == before.content_version + 1
    assert after.version == before.version + 1


def test_while_it_is_being_read_its_results_wait_for_the_end() -> None:
    document = make_document(status=Status.PROCESSING, pages=["one", None])

    correct(document.id, 1, {"b0": "two"}, revision=0, actor=None)

    document.refresh_from_db()
    assert document.task == Task.NONE


def test_a_correction_builds_on_the_one_before(document: Document) -> None:
    correct(document.id, 1, {"b0": "Договор"}, revision=0, actor=None)

    correct(document.id, 1, {"b1": "Подпись"}, revision=1, actor=None)

    assert text_of(document) == "Договор\n\nПодпись"
    first, second = PageRevision.objects.order_by("number")
    assert first.based_on == second.based_on


def test_who_comes_second_changes_nothing(document: Document) -> None:
    correct(document.id, 1, {"b0": "first"}, revision=0, actor=None)

    with pytest.raises(Conflict, match="revision is 1, not 0"):
        correct(document.id, 1, {"b0": "second"}, revision=0, actor=None)

    assert text_of(document) == "first\n\nподпись"


def test_texts_that_change_nothing_make_no_revision(document: Document) -> None:
    page = correct(document.id, 1, {"b0": " Догавор ", "b1": "подпись"}, revision=0, actor=None)

    assert page.revision == 0
    assert not PageRevision.objects.exists()
    assert not Event.objects.exists()
    document.refresh_from_db()
    assert document.version == 1


def test_a_correction_outlives_a_new_reading_until_that_is_accepted(document: Document) -> None:
    correct(document.id, 1, {"b0": "Договор"}, revision=0, actor=None)
    read_again(document, "newer")
    assert text_of(document) == "Договор\n\nподпись"
    assert page_of(document).newer_reading

    accept_reading(document.id, 1, revision=1, actor=None)

    assert text_of(document) == "newer"
    assert not page_of(document).newer_reading
    assert page_of(document).revision == 2
    assert PageRevision.objects.count() == 1, "the correction is kept"


def test_a_page_is_corrected_again_after_its_new_reading_was_accepted(document: Document) -> None:
    correct(document.id, 1, {"b0": "Договор"}, revision=0, actor=None)
    read_again(document, "newer")
    accept_reading(document.id, 1, revision=1, actor=None)

    page = correct(document.id, 1, {"b0": "newest"}, revision=2, actor=None)

    assert (page.revision, text_of(document)) == (3, "newest")


def test_a_correction_of_a_correction_keeps_the_reading_its_boxes_are_of(
    document: Document,
) -> None:
    correct(document.id, 1, {"b0": "Договор"}, revision=0, actor=None)
    first = PageRevision.objects.get()
    read_again(document, "newer")

    correct(document.id, 1, {"b0": "Договор!"}, revision=1, actor=None)

    assert PageRevision.objects.get(number=2).based_on == first.based_on


def test_without_a_correction_there_is_nothing_to_accept_a_reading_for(document: Document) -> None:
    with pytest.raises(Conflict):
        accept_reading(document.id, 1, revision=0, actor=None)


def test_what_is_not_there_can_not_be_corrected(document: Document) -> None:
    with pytest.raises(InvalidRequest, match="b7"):
        correct(document.id, 1, {"b7": "x"}, revision=0, actor=None)
    with pytest.raises(Conflict, match="has not been read"):
        correct(document.id, 2, {"b0": "x"}, revision=0, actor=None)
    with pytest.raises(NotFound):
        correct(document.id, 3, {"b0": "x"}, revision=0, actor=None)


def test_what_lies_in_the_trash_is_not_corrected(document: Document) -> None:
    trash(document.id, actor=None)

    with pytest.raises(Conflict):
        correct(document.id, 1, {"b0": "x"}, revision=0, actor=None)


@pytest.mark.parametrize("text", ["zero \0 byte", "x" * (MAX_TEXT_LENGTH + 1)])
def test_a_text_that_cannot_be_kept_is_refused_by_name(text: str) -> None:
    document = make_document(pages=["one"])

    with pytest.raises(InvalidRequest) as refusal:
        correct(document.id, 1, {"b0": text}, revision=0, actor=None)

    assert list(refusal.value.fields) == ["blocks"]


def test_texts_and_edits_are_one_revision_and_one_event(document: Document) -> None:
    edits: list[Edit] = [MergeBlocks(("b0", "b1")), SplitBlock("b0", 1)]

    page = correct(document.id, 1, {"b0": "Договор"}, edits=edits, revision=0, actor=None)

    assert page.revision == 1
    assert text_of(document) == "Договор\n\nподпись"
    assert Event.objects.get().data["edits"] == ["merge", "split"]
