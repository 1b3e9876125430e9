"""Tables as cells: read from HTML, written as HTML, text and Markdown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from documents.text.safe_html import sanitise_table
from documents.text.tables import (
    Cell,
    Span,
    cells_to_html,
    parse_cells,
    parse_rows,
    rows_to_markdown,
    rows_to_text,
    spread_cells,
    spread_with_spans,
)


def test_a_cell_that_spans_leaves_empty_places() -> None:
    html = '<table><tr><td rowspan="2">a</td><th colspan=2>b</th></tr><tr><td>c</td></tr></table>'

    assert parse_rows(html) == [["a", "b", ""], ["", "c"]]
    assert parse_cells(html)[0] == [Cell("a", rowspan=2), Cell("b", colspan=2, header=True)]


def test_a_row_is_a_line_and_a_cell_ends_with_a_tab() -> None:
    assert rows_to_text([["a", "", "b c"], ["", ""], ["d", ""]]) == "a\t\tb c\nd"


def test_the_first_row_is_the_head_of_the_markdown() -> None:
    assert rows_to_markdown([["a"], ["b", "c|d"]]) == "| a |  |\n| --- | --- |\n| b | c\\|d |"


_CELLS = st.builds(
    Cell,
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Z"]), max_size=5),
    colspan=st.integers(1, 3),
    rowspan=st.integers(1, 3),
    header=st.booleans(),
)


@given(st.lists(st.lists(_CELLS, min_size=1, max_size=4), min_size=1, max_size=4))
def test_cells_are_read_as_they_were_written(rows: list[list[Cell]]) -> None:
    html = cells_to_html(rows)

    assert parse_cells(html) == rows
    assert parse_cells(sanitise_table(html)) == rows
    assert parse_rows(html) == spread_cells(rows)


def test_places_of_cells_neither_overlap_nor_leave_the_table() -> None:
    rows, spans = spread_with_spans(
        parse_cells(
            "<table><tr><td colspan=2 rowspan=9>a</td><td>b</td><td rowspan=3>c</td></tr>"
            "<tr><td colspan=2>wide</td></tr><tr><td>d</td></tr></table>"
        )
    )

    assert rows == [["a", "", "b", "c"], ["", "", "wide", ""], ["", "", "d"]]
    assert spans == [Span(0, 0, 3, 2), Span(0, 3, 3, 1)]
