"""A page's text and boxes as the index stores them."""

from __future__ import annotations

import pytest

from documents.search.text.page_text import SearchText, extract_page_text
from documents.text.page_layout import Block, Line, PageLayout
from tests.factories import make_layout


def words_at(page: SearchText, layout: PageLayout) -> None:
    for word in layout.words():
        start = page.text.index(word.text)
        box = page.find_boxes(start, start + len(word.text))[0]
        assert box == tuple(round(value) for value in word.bbox)


def test_every_word_has_its_box_after_it_was_packed() -> None:
    layout = make_layout("Договор № 12\nзаключён вчера\n\nВторой абзац")
    page = SearchText.unpack(extract_page_text(layout).pack())

    assert page.text == layout.text
    assert (page.width, page.height) == (layout.width, layout.height)
    words_at(page, layout)


def test_a_hit_over_a_line_end_has_a_box_on_each_line() -> None:
    page = extract_page_text(make_layout("старый дого-\nвор здесь"))
    start = page.text.index("дого")

    first, second = page.find_boxes(start, page.text.index(" здесь"))

    assert first[1] < second[1]


def without_words(text: str, lines: tuple[Line, ...] = ()) -> PageLayout:
    block = Block("b0", "table", (0, 0, 100, 40), 0, text, lines=lines)
    return PageLayout(width=200, height=100, dpi=100, blocks=(block,))


def test_a_line_without_words_gives_the_part_of_it() -> None:
    page = extract_page_text(without_words("ab cd", (Line("ab cd", (0, 0, 100, 40)),)))
    assert page.find_boxes(3, 5) == [(60, 0, 100, 40)]


def test_a_block_without_lines_gives_the_part_of_it() -> None:
    page = extract_page_text(without_words("ab cd\nef gh"))
    assert page.find_boxes(9, 11) == [(60, 20, 100, 40)]


def test_lines_that_are_not_the_block_s_text_are_not_believed() -> None:
    page = extract_page_text(without_words("new text", (Line("old words", (0, 0, 9, 9)),)))
    assert page.text == "new text"
    assert page.find_boxes(0, 3) == [(0, 0, 37.5, 40)]


def test_what_is_no_packed_page_is_refused() -> None:
    with pytest.raises(ValueError, match="no packed page"):
        SearchText.unpack(b"something else")
