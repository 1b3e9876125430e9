"""A page's layout: stored without loss, read in order, scaled with its boxes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.text.page_layout import (
    Block,
    Box,
    Dispute,
    Line,
    PageLayout,
    Word,
    bounding_box,
    mean_confidence,
)

COORDINATES = st.integers(0, 20_000).map(lambda tenths: tenths / 10)


@st.composite
def boxes(draw: Any) -> Box:
    x0, x1 = sorted((draw(COORDINATES), draw(COORDINATES)))
    y0, y1 = sorted((draw(COORDINATES), draw(COORDINATES)))
    return (x0, y0, x1, y1)


CONFIDENCES = st.none() | st.integers(0, 10_000).map(lambda value: value / 10_000)
TEXTS = st.text(max_size=10)
WORDS = st.builds(Word, TEXTS, boxes(), CONFIDENCES)
LINES = st.builds(Line, TEXTS, boxes(), st.lists(WORDS, max_size=3).map(tuple))
DISPUTES = st.builds(Dispute, boxes(), TEXTS, TEXTS)
BLOCKS = st.builds(
    Block,
    id=TEXTS,
    label=st.sampled_from(["text", "table", "image"]),
    bbox=boxes(),
    order=st.none() | st.integers(0, 5),
    text=TEXTS,
    markdown=TEXTS,
    confidence=CONFIDENCES,
    lines=st.lists(LINES, max_size=3).map(tuple),
    html=TEXTS,
    figure=TEXTS,
    disputes=st.lists(DISPUTES, max_size=2).map(tuple),
    continues=TEXTS,
)
LAYOUTS = st.builds(
    PageLayout,
    width=st.integers(1, 2000),
    height=st.integers(1, 2000),
    dpi=st.floats(10, 600),
    rotation=st.sampled_from([0, 90, 180, 270]),
    blocks=st.lists(BLOCKS, max_size=4).map(tuple),
    flags=st.lists(TEXTS, max_size=2).map(tuple),
)


def block(text: str, order: int | None, top: float, **fields: Any) -> Block:
    return Block(f"b{text}", "text", (0, top, 100, top + 10), order, text, text, **fields)


@given(LAYOUTS)
def test_a_layout_comes_back_from_json_as_it_was(layout: PageLayout) -> None:
    assert PageLayout.from_dict(json.loads(json.dumps(layout.to_dict()))) == layout


def test_a_layout_of_a_later_format_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="newer"):
        PageLayout.from_dict({**PageLayout(1, 1, 72.0).to_dict(), "layout_version": 2})


@given(LAYOUTS)
def test_every_block_is_read_once(layout: PageLayout) -> None:
    in_order = layout.blocks_in_order()

    assert sorted(map(id, in_order)) == sorted(map(id, layout.blocks))
    orders = [block.order for block in in_order if block.order is not None]
    assert orders == sorted(orders)


def test_blocks_are_read_in_their_order_and_others_where_they_stand() -> None:
    layout = PageLayout(
        100, 100, 72, blocks=(block("2", 1, 50), block("1", 0, 10), block("note", None, 30))
    )

    assert layout.text == "1\n\nnote\n\n2"
    assert layout.markdown == "1\n\nnote\n\n2"


def test_empty_blocks_leave_no_gap() -> None:
    layout = PageLayout(100, 100, 72, blocks=(block("a", 0, 0), block("", 1, 9), block("b", 2, 20)))

    assert layout.text == "a\n\nb"


def test_confidence_is_that_of_the_words_by_their_letters() -> None:
    words = (Word("abcd", (0, 0, 1, 1), 1.0), Word("e", (0, 0, 1, 1), 0.5))
    with_words = block("x", 0, 0, confidence=0.1, lines=(Line("abcd e", (0, 0, 1, 1), words),))

    assert PageLayout(9, 9, 72, blocks=(with_words,)).confidence == 0.9


def test_confidence_is_that_of_the_blocks_where_there_are_no_words() -> None:
    assert PageLayout(9, 9, 72, blocks=(block("ab", 0, 0, confidence=0.8),)).confidence == 0.8
    assert PageLayout(9, 9, 72, blocks=(block("ab", 0, 0),)).confidence is None
    assert PageLayout(9, 9, 72).confidence is None


@given(LAYOUTS)
def test_a_scaled_page_keeps_its_text_and_every_box_stays_on_it(layout: PageLayout) -> None:
    scaled = layout.scale(0.5, width=1000, height=1000)

    assert (scaled.text, scaled.width, scaled.height) == (layout.text, 1000, 1000)
    assert scaled.dpi == pytest.approx(layout.dpi / 2, abs=0.01)
    for found in scaled.blocks:
        everything = [found.bbox, *(line.bbox for line in found.lines)]
        everything += [word.bbox for word in found.words()]
        assert all(x1 <= 1000 and y1 <= 1000 for _, _, x1, y1 in everything)


def test_boxes_are_scaled_with_the_page() -> None:
    layout = PageLayout(200, 400, 200, blocks=(block("a", 0, 40),)).scale(2, width=400, height=800)

    assert layout.blocks[0].bbox == (0, 80, 200, 100)


def test_the_box_around_boxes() -> None:
    assert bounding_box([(1, 5, 2, 6), (0, 7, 1, 9)]) == (0, 5, 2, 9)
    with pytest.raises(ValueError, match="unpack"):
        bounding_box([])


def test_a_mean_leaves_out_what_is_not_known_or_has_no_weight() -> None:
    assert mean_confidence([(1.0, 1), (0.5, 1), (None, 9), (0.0, 0)]) == 0.75
    assert mean_confidence([]) is None
    assert mean_confidence([(None, 3)]) is None
