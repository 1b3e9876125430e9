"""Disputes are found in the text that they are about, and told apart by their boxes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from documents.review.apply_correction import apply_correction
from documents.review.dispute_places import find_dispute_places
from documents.text.page_layout import Block, Box, Dispute, PageLayout
from tests.factories import make_layout


def block(text: str, *disputes: Dispute) -> Block:
    return replace(make_layout(text).blocks[0], disputes=disputes)


def box_of(text: str, index: int) -> Box:
    return list(make_layout(text).blocks[0].words())[index].bbox


def found(block: Block) -> list[str | None]:
    """The words at each dispute's place, with their index."""
    words = block.text.split()
    return [
        None if place is None else f"{place.start}:{' '.join(words[place.start : place.stop])}"
        for place in find_dispute_places(block)
    ]


def test_a_word_is_found_by_what_it_says() -> None:
    text = "Total 12 500 rub."
    one = Dispute(box_of(text, 1), "12 500", "12 600")

    assert found(block(text, one)) == ["1:12 500"]


def test_equal_words_are_told_apart_by_their_boxes() -> None:
    text = "0 0 0\n0 0 0"
    disputes = [Dispute(box_of(text, index), "0", "8") for index in (4, 1)]

    assert found(block(text, *disputes)) == ["4:0", "1:0"]


def test_without_boxes_they_come_in_the_order_of_the_text() -> None:
    bare = replace(block("0 1 0 1"), lines=())
    disputes = tuple(Dispute(bare.bbox, text, "8") for text in ("0", "1", "0", "1", "0"))

    assert found(replace(bare, disputes=disputes)) == ["0:0", "1:1", "2:0", "3:1", None]


def test_what_was_not_read_lies_between_two_words_of_its_line() -> None:
    text = "one three\nfour"
    x0, y0, _, y1 = box_of(text, 1)
    _, below, right, bottom = box_of(text, 2)
    disputes = (
        Dispute((x0 - 10, y0, x0 - 2, y1), "", "two"),
        Dispute((right + 5, below, right + 40, bottom), "", "five"),
    )

    assert found(block(text, *disputes)) == ["1:", "3:"]
    assert find_dispute_places(replace(block(text, *disputes), lines=())) == [None, None]


def test_words_that_are_not_in_the_text_have_no_place() -> None:
    assert found(block("one two", Dispute((0, 0, 9, 9), "three", "3"))) == [None]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("No 13 of July 2026", ["", "2026"]),
        ("No 12 of June 2026", ["12", "2026"]),
        ("Nr 12 of July 2026", ["12", "", "2026"]),
        ("No 12 of 5 July 2026", ["12", "2026"]),
        ("", []),
    ],
)
def test_mending_one_word_settles_no_other(text: str, left: list[str]) -> None:
    before = "No 12 of July 2026"
    x0, y0, _, y1 = box_of(before, 3)
    disputed = block(
        before,
        Dispute(box_of(before, 1), "12", "13"),
        Dispute((x0 - 10, y0, x0 - 2, y1), "", "5"),
        Dispute(box_of(before, 4), "2026", "2025"),
    )
    layout = PageLayout(1240, 1754, 150.0, 0, (disputed,), ("disputed",))

    after = apply_correction(layout, {"b0": text})

    assert [dispute.text for dispute in after.blocks[0].disputes] == left
    assert after.flags == (("disputed",) if left else ())
