"""One stream of doubts for every engine, in reading order, each with a name that stays."""

from __future__ import annotations

from dataclasses import replace

from documents.review.apply_correction import apply_correction
from documents.review.doubts import Doubt, DoubtKind, find_all_doubts, find_doubts
from documents.review.flag_rules import CUT
from documents.text.page_layout import Block, Dispute, Line, PageLayout, Word
from tests.factories import make_layout


def with_doubtful(layout: PageLayout, *doubtful: str, confidence: float = 0.3) -> PageLayout:
    """`layout` where these words were read with little certainty."""

    def word_of(word: Word) -> Word:
        return replace(word, confidence=confidence) if word.text in doubtful else word

    def line_of(line: Line) -> Line:
        return replace(line, words=tuple(map(word_of, line.words)))

    blocks = tuple(
        replace(block, lines=tuple(map(line_of, block.lines))) for block in layout.blocks
    )
    return replace(layout, blocks=blocks)


def with_dispute(layout: PageLayout, text: str, other: str, block: int = 0) -> PageLayout:
    """`layout` where the second reader read `other` for the word `text`."""
    box = next(word.bbox for word in layout.blocks[block].words() if word.text == text)
    blocks = list(layout.blocks)
    disputes = (*blocks[block].disputes, Dispute(box, text, other))
    blocks[block] = replace(blocks[block], disputes=disputes)
    return replace(layout, blocks=tuple(blocks))


def said(doubts: list[Doubt]) -> list[tuple[str, str, str | None]]:
    return [(doubt.kind.value, doubt.text, doubt.other) for doubt in doubts]


def test_they_come_in_reading_order_whatever_their_kind() -> None:
    layout = with_doubtful(make_layout("one two three four\n\nfive Договоp seven"), "four", "two")
    layout = with_dispute(layout, "three", "tree")

    assert said(find_doubts(layout, {})) == [
        ("uncertain", "two", None),
        ("disputed", "three", "tree"),
        ("uncertain", "four", None),
        ("lookalikes", "Договоp", "Договор"),
    ]


def test_a_word_is_asked_about_once() -> None:
    layout = with_dispute(with_doubtful(make_layout("a Договоp here"), "Договоp"), "Договоp", "Дом")

    assert said(find_doubts(layout, {})) == [("disputed", "Договоp", "Дом")]


def test_neighbours_on_a_line_are_asked_about_together() -> None:
    layout = with_doubtful(make_layout("so it goes\non and on"), "it", "goes", "on")

    assert [doubt.text for doubt in find_doubts(layout, {})] == ["it goes", "on", "on"]


def test_a_mark_without_a_letter_is_not_asked_about() -> None:
    layout = with_doubtful(make_layout("Contents ........ 12 —"), "........", "—")

    assert find_doubts(layout, {}) == []


def test_each_has_the_line_it_stands_in_and_what_is_above_and_below() -> None:
    layout = with_doubtful(make_layout("first line\nsecond odd line\nthird line\nfourth"), "odd")
    (doubt,) = find_doubts(layout, {})
    lines = layout.blocks[0].lines

    assert (doubt.before, doubt.after) == ("second", "line")
    assert doubt.line == lines[1].bbox
    assert doubt.context[1] <= lines[0].bbox[1] and doubt.context[3] >= lines[2].bbox[3]
    assert doubt.context[3] < lines[3].bbox[3]


def test_ids_stay_when_something_else_is_corrected() -> None:
    layout = with_doubtful(make_layout("odd one odd two\n\nodd three"), "odd")
    before = find_doubts(layout, {})

    after = find_doubts(apply_correction(layout, {"b0": "odd ONE MORE odd two"}), {})

    assert [doubt.id for doubt in after] == [doubt.id for doubt in before]
    assert len({doubt.id for doubt in before}) == 3


def test_equal_words_without_boxes_are_told_apart_also_when_one_was_changed() -> None:
    block = Block("b0", "text", (0, 0, 100, 100), 0, "Договоp и Договоp и Договоp")
    layout = PageLayout(100, 100, 72, blocks=(block,))
    first, second, third = (doubt.id for doubt in find_doubts(layout, {}))

    changed = replace(layout, blocks=(replace(block, text="Договор и Договоp и Договоp"),))
    answers = {first: {"answer": "second", "after": "Договор"}}

    assert [doubt.id for doubt in find_doubts(changed, answers)] == [second, third]


def test_what_is_answered_does_not_come_back() -> None:
    layout = with_dispute(make_layout("one two"), "two", "too")
    (doubt,) = find_doubts(layout, {})

    assert find_doubts(layout, {doubt.id: {"answer": "right", "after": None}}) == []
    assert len(find_all_doubts(layout, {doubt.id: {"answer": "right", "after": None}})) == 1


def test_ink_without_text_offers_what_the_second_reader_saw() -> None:
    layout = make_layout("one two")
    empty = Block("e", "text", (50, 400, 500, 440), 1, "",
                  disputes=(Dispute((60, 405, 200, 430), "", "Stamp"),))  # fmt: skip
    layout = replace(layout, blocks=(*layout.blocks, empty), flags=("empty_region",))

    assert said(find_doubts(layout, {})) == [("unread", "", "Stamp")]


def test_a_page_on_which_nothing_was_read_is_asked_about_as_a_whole() -> None:
    layout = PageLayout(100, 200, 72, flags=("empty_region",), unread=1.0)

    (doubt,) = find_doubts(layout, {})

    assert (doubt.kind, doubt.bbox) == (DoubtKind.UNREAD, (0, 0, 100, 200))


def test_a_text_that_was_cut_is_asked_about_at_its_end() -> None:
    layout = make_layout("one two")
    layout = replace(layout, blocks=(replace(layout.blocks[0], confidence=CUT),))

    (doubt,) = find_doubts(replace(layout, flags=("repetition",)), {})

    assert (doubt.kind, doubt.start, doubt.before) == (DoubtKind.CUT, 2, "one two")


def test_a_flag_that_names_no_place_is_asked_about_once_for_the_page() -> None:
    layout = replace(make_layout("one two"), flags=("damaged", "low_confidence"))

    assert [(d.kind.value, d.flag) for d in find_doubts(layout, {})] == [
        ("page", "damaged"),
        ("page", "low_confidence"),
    ]


def test_a_page_without_doubts_has_none() -> None:
    assert find_doubts(make_layout("one two\n\nthree"), {}) == []
