"""A person's text in a page's layout: what is still there keeps its place."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.review.apply_correction import TYPED, apply_correction
from documents.review.flag_rules import CUT
from documents.text.page_layout import Block, Dispute, PageLayout, Word
from tests.factories import layout_with_figure, make_layout


def words_of(layout: PageLayout) -> list[Word]:
    return list(layout.words())


def test_a_word_mended_takes_the_place_of_the_one_it_replaces() -> None:
    before = make_layout("Догавор № 12")

    after = apply_correction(before, {"b0": "Договор № 12"})

    assert [word.text for word in after.words()] == ["Договор", "№", "12"]
    assert [word.bbox for word in after.words()] == [word.bbox for word in before.words()]
    assert [word.confidence for word in after.words()] == [TYPED, 0.95, 0.95]


def test_a_word_added_takes_the_box_of_its_line() -> None:
    before = make_layout("one three")

    after = apply_correction(before, {"b0": "one two three"})

    assert words_of(after)[1].bbox == before.blocks[0].lines[0].bbox
    assert words_of(after)[0] == words_of(before)[0]
    assert words_of(after)[2] == words_of(before)[1]


def test_a_word_taken_away_moves_no_other() -> None:
    before = make_layout("one two three")

    after = apply_correction(before, {"b0": "one three"})

    assert words_of(after) == [words_of(before)[0], words_of(before)[2]]


def test_lines_are_those_that_were_typed() -> None:
    after = apply_correction(make_layout("one two"), {"b0": " one \n\n  two  three "})

    assert [line.text for line in after.blocks[0].lines] == ["one", "two three"]
    assert after.blocks[0].text == "one\n\ntwo three"


def test_other_blocks_stay_as_they_are() -> None:
    before = make_layout("first\n\nsecond")

    after = apply_correction(before, {"b1": "other"})

    assert after.blocks[0] == before.blocks[0]
    assert after.text == "first\n\nother"


def test_the_same_text_changes_nothing_however_it_is_spaced() -> None:
    before = make_layout("one  two\nthree")

    assert apply_correction(before, {"b0": " one two \n three\n"}) == before


def test_a_block_may_become_empty() -> None:
    after = apply_correction(make_layout("rubbish"), {"b0": " \n "})

    assert (after.text, after.markdown, after.blocks[0].lines) == ("", "", ())


def test_words_for_a_block_that_had_none_take_its_box() -> None:
    table = Block("t", "table", (1, 2, 3, 4), 0, "", "|a|")

    after = apply_correction(PageLayout(9, 9, 72, blocks=(table,)), {"t": "a b"})

    assert [word.bbox for word in after.words()] == [(1, 2, 3, 4)] * 2


def test_what_was_typed_is_certain_and_shows_as_just_that() -> None:
    after = apply_correction(make_layout("x"), {"b0": "# 1 * 2"})

    assert after.blocks[0].confidence == TYPED
    assert after.markdown == "\\# 1 \\* 2"


def test_a_block_that_is_not_on_the_page_is_refused() -> None:
    with pytest.raises(KeyError, match="b7"):
        apply_correction(make_layout("x"), {"b7": "y"})


TEXTS = st.lists(
    st.lists(st.sampled_from(["a", "b", "c", "dd"]), min_size=1, max_size=5).map(" ".join),
    min_size=1,
    max_size=4,
).map("\n".join)


@given(TEXTS, TEXTS)
def test_the_words_are_those_that_were_typed_each_within_its_block(old: str, new: str) -> None:
    before = make_layout(old)

    after = apply_correction(before, {"b0": new})

    assert [word.text for word in after.words()] == new.split()
    x0, y0, x1, y1 = before.blocks[0].bbox
    for word in after.words():
        assert x0 <= word.bbox[0] <= word.bbox[2] <= x1
        assert y0 <= word.bbox[1] <= word.bbox[3] <= y1


def test_a_table_of_equal_words_is_corrected_in_no_time() -> None:
    layout = make_layout("\n".join(" ".join(["0,00"] * 10) for _ in range(200)))
    typed = " ".join(["0,00 x"] * 2000)

    started = time.process_time()
    page = apply_correction(layout, {"b0": typed})

    assert time.process_time() - started < 2
    assert page.blocks[0].text == typed


def test_many_blocks_of_words_that_repeat_now_and_then_take_no_longer() -> None:
    def row(mark: str) -> str:
        return " ".join(f"0,00 {mark}{number}" for number in range(440))

    layout = make_layout("\n\n".join([row("a")] * 20))
    typed = {f"b{index}": row("b") for index in range(20)}

    started = time.process_time()
    page = apply_correction(layout, typed)

    assert time.process_time() - started < 2, (
        "each block alone takes seconds, compared word by word"
    )
    assert [block.text for block in page.blocks] == list(typed.values())


# --- what a reviewer was to look at


def flagged(*blocks: Block, flags: tuple[str, ...]) -> PageLayout:
    return PageLayout(900, 900, 72, blocks=blocks, flags=flags)


DISPUTE = Dispute((1, 2, 3, 4), "840", "340")


def block(id: str, text: str = "", **fields: Any) -> Block:  # noqa: A002
    return Block(id, fields.pop("label", "text"), (1, 2, 30, 40), fields.pop("order", 0), text,
                 **fields)  # fmt: skip


def test_a_corrected_block_loses_its_disputes_and_its_tables_html() -> None:
    table = block("a", "840", label="table", html="<table></table>", disputes=(DISPUTE,))
    other = block("b", "x", disputes=(DISPUTE,))

    after = apply_correction(flagged(table, other, flags=("disputed",)), {"a": "340"})

    assert (after.blocks[0].disputes, after.blocks[0].html) == ((), "")
    assert after.blocks[1] == other
    assert after.flags == ("disputed",), "the other block's is open still"
    assert apply_correction(after, {"b": "y"}).flags == ()


def test_a_page_that_is_sure_once_corrected_is_no_longer_of_low_confidence() -> None:
    page = flagged(
        block("a", "слова " * 20, confidence=0.5),
        block("b", "слова " * 20, confidence=0.99),
        flags=("low_confidence",),
    )

    assert apply_correction(page, {"b": "другое"}).flags == ("low_confidence",)
    assert apply_correction(page, {"a": "другое"}).flags == ()


def test_an_empty_region_is_settled_when_it_has_text() -> None:
    page = flagged(
        block("t", "Договор", label="doc_title"), block("a", order=1), flags=("empty_region",)
    )

    assert apply_correction(page, {"t": "Договор 5"}).flags == ("empty_region",)
    assert apply_correction(page, {"a": "текст"}).flags == ()


def test_the_continuation_of_a_paragraph_is_not_waited_for() -> None:
    title = block("t", label="doc_title", order=0)
    page = flagged(title, block("a", "x", order=1), block("c", order=2), flags=("empty_region",))

    assert apply_correction(page, {"t": "Договор"}).flags == ()


def test_a_continuation_with_words_of_its_own_is_waited_for() -> None:
    missed = block("c", order=1, disputes=(Dispute((1, 2, 3, 4), "", "слова"),))
    page = flagged(block("a", "x"), missed, flags=("empty_region", "disputed"))

    assert apply_correction(page, {"a": "y"}).flags == ("empty_region", "disputed")
    assert apply_correction(page, {"c": "слова"}).flags == ()


def test_repetition_is_settled_with_the_block_that_was_cut() -> None:
    page = flagged(
        block("a", "x", confidence=CUT), block("b", "y", confidence=0.95), flags=("repetition",)
    )

    assert apply_correction(page, {"b": "z"}).flags == ("repetition",)
    assert apply_correction(page, {"a": "all of it"}).flags == ()


def test_lookalikes_are_settled_when_none_is_left() -> None:
    page = flagged(block("a", "Договоp"), flags=("lookalikes",))

    assert apply_correction(page, {"a": "Договор"}).flags == ()


def test_a_damaged_file_stays_damaged_however_its_text_is_corrected() -> None:
    page = flagged(block("a", "x"), flags=("damaged",))

    assert apply_correction(page, {"a": "y"}).flags == ("damaged",)


def test_a_flag_that_is_not_known_stays() -> None:
    page = flagged(block("a", "x"), flags=("odd",))

    assert apply_correction(page, {"a": "y"}).flags == ("odd",)


def test_what_changes_nothing_settles_nothing() -> None:
    page = flagged(block("a", "x", disputes=(DISPUTE,)), flags=("disputed",))

    assert apply_correction(page, {"a": " x "}) == page


def test_a_picture_stays_above_the_text_that_was_typed() -> None:
    layout = layout_with_figure()

    after = apply_correction(layout, {"b0": "Typed below"})

    name = layout.blocks[0].figure
    assert after.blocks[0].figure == name
    assert after.markdown == f"![](figures/{name})\n\nTyped below"


def test_hidden_text_stays_hidden_text_however_the_page_is_corrected() -> None:
    page = flagged(block("a", "x"), flags=("hidden_text",))

    assert apply_correction(page, {"a": "y"}).flags == ("hidden_text",)


def test_a_page_is_certain_again_once_what_was_unread_is_typed() -> None:
    lost = replace(block("e1", order=None), text="")
    page = replace(flagged(block("a", "x"), lost, flags=("empty_region",)), unread=0.4)
    assert page.confidence is not None and page.confidence < 0.7

    corrected = apply_correction(page, {"e1": "the stamp"})

    assert (corrected.flags, corrected.unread) == ((), 0.0)
