"""Where the words of a block stand: as they were read, as they were typed since, as lines allow."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from documents.review.apply_correction import apply_correction
from documents.text.page_layout import Block, Line
from documents.text.word_alignment import Effort
from documents.text.word_places import WordPlace, place_words
from tests.factories import make_layout


def places(block: Block) -> list[WordPlace]:
    return place_words(block, Effort())


def test_words_have_their_own_boxes() -> None:
    block = make_layout("one two\nthree").blocks[0]

    found = places(block)

    assert [block.text[each.start : each.end] for each in found] == ["one", "two", "three"]
    assert [each.box for each in found] == [word.bbox for word in block.words()]


def test_a_corrected_word_has_the_place_of_the_one_it_replaced() -> None:
    before = make_layout("Догавор № 12")

    after = apply_correction(before, {"b0": "Договор № 12"}).blocks[0]

    assert places(after)[0].box == before.blocks[0].lines[0].words[0].bbox
    assert places(after)[0].confidence == 1.0


def test_a_word_that_no_reading_has_is_nowhere() -> None:
    block = replace(make_layout("one two").blocks[0], text="one and two")

    assert [each.box is None for each in places(block)] == [False, True, False]


def test_words_of_a_line_without_words_take_their_share_of_it() -> None:
    block = Block("b", "text", (0, 0, 100, 40), 0, "ab cdefg\nx", lines=(
        Line("ab cdefg", (0, 0, 80, 20)), Line("x", (0, 20, 10, 40)),
    ))  # fmt: skip

    assert [each.box for each in places(block)] == [
        (0, 0, 20, 20),
        (30, 0, 80, 20),
        (0, 20, 10, 40),
    ]


def test_a_text_set_in_more_lines_than_it_names_says_no_places() -> None:
    block = Block("b", "text", (0, 0, 200, 200), 0, "many words " * 20)

    assert {each.box for each in places(block)} == {None}


@given(st.text(st.sampled_from("ab \n\t"), max_size=40))
def test_every_word_of_any_text_is_named_once(text: str) -> None:
    block = Block("b", "text", (0, 0, 100, 100), 0, text)

    assert [text[each.start : each.end] for each in places(block)] == text.split()
