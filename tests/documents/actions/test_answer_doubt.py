"""A reviewer answers doubts one by one: each is saved, remembered, and can be taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.actions.answer_doubt import answer_doubt
from documents.actions.check_page import check_page
from documents.actions.correct import correct
from documents.actions.undo_answer import undo_answer
from documents.errors import DoubtSettled, InvalidRequest, NothingRead
from documents.models import Document, Page, PageDoubt, User
from documents.review.doubts import Doubt, find_doubts
from documents.text.page_layout import PageLayout
from tests.documents.review.test_doubts import with_dispute, with_doubtful
from tests.factories import make_document, make_layout, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


def doubtful_layout() -> PageLayout:
    layout = with_doubtful(make_layout("one too three\nfour five\n\nsix Договоp"), "five")
    return replace(with_dispute(layout, "too", "two"), flags=("disputed", "lookalikes"))


@pytest.fixture
def document() -> Document:
    return make_document(pages=[doubtful_layout()], flags=["disputed", "lookalikes"])


@pytest.fixture
def reviewer(document: Document) -> User:
    return make_user("anna", team=document.team)


def page_of(document: Document) -> Page:
    return document.pages.with_text().get(number=1)


def open_on(document: Document) -> dict[str, Doubt]:
    page = page_of(document)
    assert page.layout is not None
    return {doubt.text: doubt for doubt in find_doubts(page.layout, page.answers)}


def answer(document: Document, words: str, said: str, actor: User, text: str = "") -> str:
    doubt = open_on(document)[words].id
    answer_doubt(document.id, 1, doubt, said, actor=actor, text=text)
    return doubt


def test_right_is_remembered_and_changes_no_text(document: Document, reviewer: User) -> None:
    answer(document, "too", "right", reviewer)

    page = page_of(document)
    assert list(open_on(document)) == ["five", "Договоp"]
    assert page.current_revision is None and page.open_doubts == 2
    assert document.version < Document.objects.get().version


def test_the_other_reading_and_typed_words_are_put_into_the_text(
    document: Document, reviewer: User
) -> None:
    answer(document, "too", "second", reviewer)
    answer(document, "Договоp", "second", reviewer)
    answer(document, "five", "text", reviewer, " FIVE   of ")

    page = page_of(document)
    assert page.layout is not None
    assert page.layout.text == "one two three\nfour FIVE of\n\nsix Договор"
    assert page.layout.flags == ()
    assert page.current_revision is not None and page.current_revision.author == reviewer


def test_with_the_last_doubt_the_page_is_checked_and_an_undo_opens_it(
    document: Document, reviewer: User
) -> None:
    first = answer(document, "too", "right", reviewer)
    answer(document, "five", "right", reviewer)
    assert page_of(document).checked_at is None
    answer(document, "Договоp", "right", reviewer)
    assert page_of(document).checked_by == reviewer

    undo_answer(document.id, 1, first, actor=reviewer)

    assert page_of(document).checked_at is None
    assert list(open_on(document)) == ["too"]


def test_an_answer_sent_twice_counts_once(document: Document, reviewer: User) -> None:
    doubt = answer(document, "too", "second", reviewer)
    again = answer_doubt(document.id, 1, doubt, "second", actor=reviewer)

    assert again.revision == 1


def test_an_answer_can_be_replaced_by_another(document: Document, reviewer: User) -> None:
    doubt = answer(document, "too", "second", reviewer)

    answer_doubt(document.id, 1, doubt, "text", actor=reviewer, text="2")
    assert page_of(document).layout.text.startswith("one 2 three")  # type: ignore[union-attr]
    answer_doubt(document.id, 1, doubt, "right", actor=reviewer)
    assert page_of(document).layout.text.startswith("one too three")  # type: ignore[union-attr]
    assert list(open_on(document)) == ["five", "Договоp"]


def test_two_people_on_one_block_are_merged(document: Document, reviewer: User) -> None:
    other = make_user("boris", team=document.team)
    doubts = open_on(document)

    answer_doubt(document.id, 1, doubts["too"].id, "text", actor=reviewer, text="two or")
    answer_doubt(document.id, 1, doubts["five"].id, "text", actor=other, text="5")
    undo_answer(document.id, 1, doubts["too"].id, actor=reviewer)

    assert page_of(document).layout.text.startswith("one too three\nfour 5")  # type: ignore[union-attr]
    assert list(open_on(document)) == ["too", "Договоp"]


def test_words_that_somebody_has_changed_are_in_doubt_no_more(
    document: Document, reviewer: User
) -> None:
    doubt = open_on(document)["too"].id
    correct(document.id, 1, {"b0": "one TWO three\nfour five"}, revision=0, actor=reviewer)

    with pytest.raises(DoubtSettled):
        answer_doubt(document.id, 1, doubt, "second", actor=reviewer)


def test_what_was_typed_over_an_answer_is_not_taken_back(
    document: Document, reviewer: User
) -> None:
    doubt = answer(document, "too", "second", reviewer)
    correct(document.id, 1, {"b0": "one TWO three\nfour five"}, revision=1, actor=reviewer)

    with pytest.raises(DoubtSettled):
        undo_answer(document.id, 1, doubt, actor=reviewer)


def test_what_is_typed_is_not_asked_about(document: Document, reviewer: User) -> None:
    answer(document, "Договоp", "text", reviewer, "Дoговор")

    assert list(open_on(document)) == ["too", "five"]


def test_impossible_answers_are_refused(document: Document, reviewer: User) -> None:
    doubt = open_on(document)["too"].id

    with pytest.raises(InvalidRequest):
        answer_doubt(document.id, 1, doubt, "maybe", actor=reviewer)
    with pytest.raises(DoubtSettled):
        answer_doubt(document.id, 1, "0123", "right", actor=reviewer)
    unread = make_document(document.team, pages=[None])
    with pytest.raises(NothingRead):
        answer_doubt(unread.id, 1, doubt, "right", actor=reviewer)


def test_doubts_are_counted_and_found_by_their_words(document: Document, reviewer: User) -> None:
    answer(document, "five", "right", reviewer)

    rows = PageDoubt.objects.filter(page__document=document).values_list("text", "other")
    assert sorted(rows) == [("too", "two"), ("Договоp", "Договор")]


def test_a_page_may_be_checked_with_doubts_left(document: Document, reviewer: User) -> None:
    check_page(document.id, 1, actor=reviewer)
    assert page_of(document).checked_by == reviewer
    check_page(document.id, 1, actor=reviewer, checked=False)
    assert page_of(document).checked_at is None


def test_an_answer_costs_the_same_on_any_page(reviewer: User) -> None:
    def queries(paragraphs: int) -> int:
        layout = with_doubtful(make_layout("\n\n".join(["a word"] * paragraphs)), "word")
        made = make_document(reviewer.teams.get(), pages=[layout] * paragraphs)
        page = page_of(made)
        assert page.layout is not None
        doubt = find_doubts(page.layout, {})[0].id
        with CaptureQueriesContext(connection) as captured:
            answer_doubt(made.id, 1, doubt, "text", actor=reviewer, text="other")
        return len(captured)

    assert queries(2) == queries(20)
