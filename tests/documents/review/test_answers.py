"""An answer changes the words in doubt and nothing else, and can be taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from documents.review.answers import Answer, choose_text, put_answer, replace_words, take_back
from documents.review.apply_correction import apply_correction
from documents.review.doubts import Doubt, find_doubts
from documents.review.flag_rules import CUT
from documents.text.page_layout import Block, Dispute, PageLayout
from tests.documents.review.test_doubts import with_dispute, with_doubtful
from tests.factories import make_layout


@pytest.fixture
def layout() -> PageLayout:
    page = with_doubtful(make_layout("one too three\nfour five\n\nsix seven"), "five", "seven")
    return replace(with_dispute(page, "too", "two"), flags=("disputed",))


def doubt_about(layout: PageLayout, text: str) -> Doubt:
    return next(doubt for doubt in find_doubts(layout, {}) if doubt.text == text)


def record_of(doubt: Doubt, chosen: str) -> dict[str, object]:
    return {"block": doubt.block, "before": doubt.text, "after": chosen, "start": doubt.start}


def test_right_leaves_the_text_as_it_is(layout: PageLayout) -> None:
    doubt = doubt_about(layout, "too")

    assert choose_text(doubt, Answer.RIGHT, "") is None
    assert choose_text(doubt, Answer.FIRST, "") is None
    assert choose_text(doubt, Answer.TEXT, " too ") is None
    assert choose_text(doubt, Answer.SECOND, "") == "two"


def test_the_other_reading_takes_the_place_and_settles_the_dispute(layout: PageLayout) -> None:
    doubt = doubt_about(layout, "too")

    after = put_answer(layout, doubt, "two")

    assert after.blocks[0].text == "one two three\nfour five"
    assert after.flags == ()
    assert [each.text for each in find_doubts(after, {})] == ["five", "seven"]


def test_words_are_put_in_and_taken_out() -> None:
    assert replace_words("a b\nc", 1, 2, "x y") == "a x y\nc"
    assert replace_words("a b\nc", 2, 2, "x") == "a b\nx c"
    assert replace_words("a b", 2, 2, "x") == "a b x"
    assert replace_words("", 0, 0, "x") == "x"
    assert replace_words("a b c", 1, 2, "").split() == ["a", "c"]


def test_what_was_cut_stays_so_until_that_is_answered(layout: PageLayout) -> None:
    blocks = (replace(layout.blocks[0], confidence=CUT), *layout.blocks[1:])
    layout = replace(layout, blocks=blocks, flags=("repetition", "disputed"))

    after = put_answer(layout, doubt_about(layout, "too"), "two")
    assert after.flags == ("repetition",)

    end = next(doubt for doubt in find_doubts(after, {}) if doubt.kind == "cut")
    assert put_answer(after, end, "and so on").flags == ()


def test_a_page_on_which_nothing_was_read_gets_a_block() -> None:
    empty = PageLayout(100, 200, 72, flags=("empty_region",), unread=1.0)
    (doubt,) = find_doubts(empty, {})

    after = put_answer(empty, doubt, "Dear all,\nthe end")

    assert after.text == "Dear all,\nthe end"
    assert (after.flags, after.unread) == ((), 0.0)
    record = {**record_of(doubt, "Dear all,\nthe end"), "block": after.blocks[0].id}
    assert take_back(after, empty, after, record) == empty


def test_a_table_stays_one_and_the_words_go_into_their_cell() -> None:
    cells = (
        "<table><tr><td>Name</td><td colspan='2'>Sum of it</td></tr>"
        "<tr><td>A</td><td>1O</td></tr></table>"
    )
    block = Block("t", "table", (0, 0, 100, 100), 0, "Name\tSum of it\nA\t1O", html=cells,
                  disputes=(Dispute((50, 50, 60, 60), "1O", "10"),
                            Dispute((10, 10, 30, 30), "Sum of", "Some")))  # fmt: skip
    page = PageLayout(100, 100, 72, blocks=(block,), flags=("disputed",))

    once = put_answer(page, doubt_about(page, "1O"), "10")
    twice = put_answer(once, doubt_about(once, "Sum of"), "Some")

    assert twice.blocks[0].text == "Name\tSome it\nA\t10"
    assert "<td>10</td>" in twice.blocks[0].html and 'colspan="2">Some it' in twice.blocks[0].html
    assert once.flags == ("disputed",) and twice.flags == ()


def test_taken_back_the_block_is_as_it_was(layout: PageLayout) -> None:
    doubt = doubt_about(layout, "too")
    after = put_answer(layout, doubt, "two")

    assert take_back(after, layout, after, record_of(doubt, "two")) == layout


def test_taken_back_after_another_answer_that_one_stays(layout: PageLayout) -> None:
    doubt = doubt_about(layout, "too")
    after = put_answer(layout, doubt, "two words")
    later = put_answer(after, doubt_about(after, "five"), "FIVE")

    back = take_back(later, layout, after, record_of(doubt, "two words"))

    assert back is not None
    assert back.blocks[0].text == "one too three\nfour FIVE"
    assert [each.text for each in find_doubts(back, {})] == ["too", "seven"]
    assert back.flags == ("disputed",)


def test_what_was_changed_again_is_not_taken_back(layout: PageLayout) -> None:
    doubt = doubt_about(layout, "too")
    after = put_answer(layout, doubt, "two")
    later = apply_correction(after, {"b0": "one TWO three\nfour five"})

    assert take_back(later, layout, after, record_of(doubt, "two")) is None
