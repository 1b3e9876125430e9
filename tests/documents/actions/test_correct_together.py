"""Several people correct one page: what is merged, and who is told of whose text."""

from __future__ import annotations

import pytest

from documents.actions.accept_reading import accept_reading
from documents.actions.correct import correct
from documents.errors import PageChanged
from documents.models import Document
from documents.review.edits import AddBlock, DeleteBlock, Edit, MergeBlocks, MoveBlock, SplitBlock
from tests.documents.actions.corrected_page import read_again, text_of
from tests.factories import make_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(db: None) -> Document:
    return make_document(pages=["Догавор\n\nподпись", None])


def test_two_people_on_different_blocks_are_merged(document: Document) -> None:
    correct(document.id, 1, {"b0": "Договор"}, revision=0, actor=None)

    page = correct(document.id, 1, {"b1": "Подпись"}, revision=0, actor=None)

    assert (page.revision, text_of(document)) == (2, "Договор\n\nПодпись")


def test_two_people_on_one_block_see_both_texts(document: Document) -> None:
    correct(document.id, 1, {"b0": "Договор"}, revision=0, actor=None)

    with pytest.raises(PageChanged) as conflict:
        correct(document.id, 1, {"b0": "Уговор", "b1": "x"}, revision=0, actor=None)

    assert conflict.value.members == {
        "revision": 1,
        "blocks": [{"id": "b0", "text": "Договор"}],
    }
    assert text_of(document) == "Договор\n\nподпись", "nothing of it was saved"


def test_who_types_the_same_as_the_other_has_no_conflict(document: Document) -> None:
    correct(document.id, 1, {"b0": "Договор"}, revision=0, actor=None)

    page = correct(document.id, 1, {"b0": "Договор", "b1": "Подпись"}, revision=0, actor=None)

    assert (page.revision, text_of(document)) == (2, "Договор\n\nПодпись")


def test_later_corrections_are_merged_with_earlier_ones_too(document: Document) -> None:
    for revision, text in enumerate(["Договор", "Договор!", "Договор?"]):
        correct(document.id, 1, {"b0": text}, revision=revision, actor=None)

    page = correct(document.id, 1, {"b1": "Подпись"}, revision=1, actor=None)

    assert (page.revision, text_of(document)) == (4, "Договор?\n\nПодпись")


def test_what_was_typed_for_another_reading_is_not_merged(document: Document) -> None:
    correct(document.id, 1, {"b0": "Договор"}, revision=0, actor=None)
    read_again(document, "newer\n\nподпись")
    accept_reading(document.id, 1, revision=1, actor=None)

    with pytest.raises(PageChanged):
        correct(document.id, 1, {"b1": "Подпись"}, revision=1, actor=None)


@pytest.mark.parametrize(
    "mine",
    [SplitBlock("b0", 1), DeleteBlock("b0"), MergeBlocks(("b1", "b0")), MoveBlock("b0", None)],
)
def test_a_block_that_somebody_changed_is_not_edited_unseen(document: Document, mine: Edit) -> None:
    correct(document.id, 1, {"b0": "Этот договор"}, revision=0, actor=None)

    with pytest.raises(PageChanged):
        correct(document.id, 1, {}, edits=[mine], revision=0, actor=None)


def test_a_block_that_somebody_removed_is_said_to_be_gone(document: Document) -> None:
    correct(document.id, 1, {}, edits=[DeleteBlock("b1")], revision=0, actor=None)

    with pytest.raises(PageChanged) as conflict:
        correct(document.id, 1, {"b1": "Подпись"}, revision=0, actor=None)

    assert conflict.value.members["blocks"] == [{"id": "b1", "text": None}]


def test_two_people_add_blocks_at_once(document: Document) -> None:
    for text in ("one", "two"):
        edits = [AddBlock((100, 900, 300, 950), "text", text)]
        correct(document.id, 1, {}, edits=edits, revision=0, actor=None)

    assert text_of(document).split("\n\n")[2:] == ["one", "two"]
