"""Blocks are added, split, merged, deleted, relabelled, moved: words that stay keep their boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import InvalidRequest
from documents.review.apply_correction import TYPED
from documents.review.apply_edits import apply_edits
from documents.review.edits import (
    AddBlock,
    DeleteBlock,
    Edit,
    EditTable,
    MergeBlocks,
    MoveBlock,
    RelabelBlock,
    SplitBlock,
)
from documents.text.page_layout import Block, Box, Dispute, PageLayout, bounding_box
from documents.text.safe_html import sanitise_table
from documents.text.tables import Cell
from tests.factories import make_layout


def texts(layout: PageLayout) -> list[str]:
    return [block.text for block in layout.blocks_in_order()]


def edit(layout: PageLayout, *edits: Edit) -> PageLayout:
    return apply_edits(layout, edits)


def boxes(layout: PageLayout) -> dict[str, Box]:
    return {word.text: word.bbox for word in layout.words()}


@pytest.fixture
def layout() -> PageLayout:
    return make_layout("one two\nthree four\n\nfive six\n\nseven")


def test_a_block_is_added_where_it_stands_on_the_page(layout: PageLayout) -> None:
    between = (100.0, 186.0, 300.0, 210.0)

    after = edit(layout, AddBlock(between, "text", "new words"))

    assert texts(after) == ["one two\nthree four", "new words", "five six", "seven"]
    added = after.blocks_in_order()[1]
    assert (added.bbox, added.label, added.confidence) == (between, "text", TYPED)
    assert [word.bbox for word in added.words()] == [between, between]
    assert [block.order for block in after.blocks_in_order()] == [0, 1, 2, 3]


@pytest.mark.parametrize(("after", "place"), [(None, 0), ("b0", 1), ("b2", 3)])
def test_a_block_is_added_where_it_is_told(
    layout: PageLayout, after: str | None, place: int
) -> None:
    edited = edit(layout, AddBlock((1, 1, 50, 50), "doc_title", "here", after))

    assert texts(edited)[place] == "here"
    assert edited.blocks_in_order()[place].markdown == "# here"


def test_an_empty_page_takes_its_first_block() -> None:
    blank = PageLayout(width=100, height=100, dpi=150)

    after = edit(blank, AddBlock((10, 10, 500, 20), "text", "found"))

    assert after.text == "found"
    assert after.blocks[0].bbox == (10, 10, 100, 20), "cut to the page"


def test_new_blocks_have_names_of_their_own(layout: PageLayout) -> None:
    add = AddBlock((1, 1, 50, 50), "text", "x")

    after = edit(edit(layout, add, add), add)

    assert len({block.id for block in after.blocks}) == 6


def test_a_split_parts_words_and_boxes(layout: PageLayout) -> None:
    after = edit(layout, SplitBlock("b0", 3))

    assert texts(after) == ["one two\nthree", "four", "five six", "seven"]
    assert boxes(after) == boxes(layout)
    first, second = after.blocks_in_order()[:2]
    assert first.bbox == bounding_box(word.bbox for word in first.words())
    assert second.bbox == boxes(layout)["four"]
    assert first.id == "b0"
    assert first.confidence == layout.blocks[0].confidence


def test_a_split_leaves_each_part_its_disputes(layout: PageLayout) -> None:
    where = boxes(layout)
    block = replace(
        layout.blocks[0],
        disputes=(Dispute(where["one"], "one", "on"), Dispute(where["four"], "four", "for")),
    )
    layout = replace(layout, blocks=(block, *layout.blocks[1:]), flags=("disputed",))

    after = edit(layout, SplitBlock("b0", 2))

    parts = after.blocks_in_order()[:2]
    assert [[each.text for each in part.disputes] for part in parts] == [["one"], ["four"]]
    assert after.flags == ("disputed",)


def test_a_block_without_words_is_split_by_its_height() -> None:
    block = Block("b1", "text", (0, 0, 100, 100), 0, "ab cd", "ab cd")

    after = edit(PageLayout(100, 100, 150, blocks=(block,)), SplitBlock("b1", 1))

    assert [each.bbox for each in after.blocks] == [(0, 0, 100, 50), (0, 50, 100, 100)]


def test_merged_blocks_keep_every_word_and_box(layout: PageLayout) -> None:
    after = edit(layout, MergeBlocks(("b0", "b1")))

    assert texts(after) == ["one two\nthree four\nfive six", "seven"]
    assert boxes(after) == boxes(layout)
    assert after.blocks[0].bbox == bounding_box(block.bbox for block in layout.blocks[:2])


def test_a_split_is_undone_by_a_merge(layout: PageLayout) -> None:
    parted = edit(layout, SplitBlock("b0", 2))

    again = edit(parted, MergeBlocks(("b0", parted.blocks_in_order()[1].id)))

    assert texts(again) == texts(layout)
    assert boxes(again) == boxes(layout)


def test_what_continued_a_deleted_block_continues_none(layout: PageLayout) -> None:
    tail = replace(layout.blocks[1], continues="b0", text="", lines=())
    layout = replace(layout, blocks=(layout.blocks[0], tail, layout.blocks[2]))

    assert edit(layout, DeleteBlock("b0")).blocks[0].continues == ""
    merged = edit(layout, MergeBlocks(("b2", "b0")))
    assert next(block for block in merged.blocks if block.id == "b1").continues == "b2"


def test_a_flag_whose_block_is_deleted_is_settled(layout: PageLayout) -> None:
    empty = Block("e", "text", (0, 900, 100, 950), None, "")
    layout = replace(layout, blocks=(*layout.blocks, empty), flags=("empty_region",), unread=0.2)

    after = edit(layout, DeleteBlock("e"))

    assert (after.flags, after.unread) == ((), 0.0)


def test_the_order_is_a_persons(layout: PageLayout) -> None:
    after = edit(layout, MoveBlock("b2", None), MoveBlock("b0", "b1"))

    assert texts(after) == ["seven", "five six", "one two\nthree four"]
    assert boxes(after) == boxes(layout)


def test_a_header_that_is_moved_joins_the_reading_order(layout: PageLayout) -> None:
    header = Block("h", "header", (0, 0, 100, 50), None, "head")
    layout = replace(layout, blocks=(*layout.blocks, header))

    after = edit(layout, MoveBlock("h", "b2"))

    assert texts(after)[-1] == "head"


def test_a_title_reads_as_a_title(layout: PageLayout) -> None:
    after = edit(layout, RelabelBlock("b1", "paragraph_title"))

    assert after.blocks[1].markdown == "## five six"
    assert boxes(after) == boxes(layout)


def test_the_latex_of_a_formula_is_not_escaped(layout: PageLayout) -> None:
    formula = AddBlock((1, 1, 90, 90), "display_formula", r"a_{1} * b", None)

    assert edit(layout, formula).blocks_in_order()[0].markdown == "$$\na_{1} * b\n$$"


def rows(*cells: Sequence[str]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(Cell(text) for text in row) for row in cells)


def test_a_table_is_edited_by_its_cells(layout: PageLayout) -> None:
    table = EditTable("b0", rows(["one", "zwei"], ["three", "four | five"]))

    block = edit(layout, table).blocks[0]

    assert block.label == "table"
    assert block.text == "one\tzwei\nthree\tfour | five"
    assert "| three | four \\| five |" in block.markdown
    assert block.html == (
        "<table><tr><td>one</td><td>zwei</td></tr>"
        "<tr><td>three</td><td>four | five</td></tr></table>"
    )
    where = boxes(layout)
    words = {word.text: word.bbox for word in block.words()}
    assert (words["one"], words["three"]) == (where["one"], where["three"])
    assert words["zwei"] == where["two"], "it takes the place of the word it replaces"


def test_cells_that_span_stay_so_and_markup_is_text(layout: PageLayout) -> None:
    cells = ((Cell("<b>head</b>", colspan=2, header=True),), (Cell("a"), Cell("b\nc")))

    block = edit(layout, EditTable("b0", cells)).blocks[0]

    assert '<th colspan="2">&lt;b&gt;head&lt;/b&gt;</th>' in block.html
    assert "b<br>c" in block.html
    assert sanitise_table(block.html).replace("<tbody>", "").replace("</tbody>", "") == block.html
    assert block.text.splitlines()[1] == "a\tb c"


def test_a_text_becomes_a_table_and_a_text_again(layout: PageLayout) -> None:
    table = edit(layout, RelabelBlock("b0", "table"))
    assert table.blocks[0].html.count("<tr>") == 2

    text = edit(table, RelabelBlock("b0", "text"))

    assert (text.blocks[0].html, text.blocks[0].text) == ("", "one two\nthree four")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (SplitBlock("b9", 1), "no block “b9”"),
        (SplitBlock("b2", 1), "must have words"),
        (SplitBlock("b0", 0), "must have words"),
        (MergeBlocks(("b0", "b0")), "at least two"),
        (MoveBlock("b0", "b0"), "after itself"),
        (MoveBlock("b0", "b9"), "no block"),
        (AddBlock((2000, 10, 3000, 20), "text", "x"), "outside of the page"),
        (AddBlock((5, 5, 5, 5), "text", "x"), "outside of the page"),
        (DeleteBlock("b9"), "no block"),
    ],
)
def test_an_impossible_edit_is_named(layout: PageLayout, bad: Edit, reason: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        edit(layout, MoveBlock("b1", None), bad)

    assert reason in refusal.value.fields["edits.1"][0]


def test_tables_are_neither_split_nor_merged(layout: PageLayout) -> None:
    table = edit(layout, RelabelBlock("b0", "table"))

    for bad in (SplitBlock("b0", 1), MergeBlocks(("b0", "b1"))):
        with pytest.raises(InvalidRequest):
            edit(table, bad)


@given(at=st.lists(st.integers(1, 3), max_size=3))
def test_splitting_and_merging_lose_no_word(at: list[int]) -> None:
    layout = make_layout("one two\nthree four\n\nfive six\n\nseven")
    parted = layout
    for place in at:
        longest = max(parted.blocks, key=lambda block: len(block.text.split()))
        if place < len(longest.text.split()):
            parted = edit(parted, SplitBlock(longest.id, place))
    merged = edit(parted, MergeBlocks(tuple(block.id for block in parted.blocks_in_order())))

    assert merged.text.split() == layout.text.split()
    assert boxes(merged) == boxes(layout)
