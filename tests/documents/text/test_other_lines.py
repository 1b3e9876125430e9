"""A block that loses some of its words says what is left, as what it was."""

from __future__ import annotations

from documents.text.other_lines import make_line, replace_lines
from documents.text.page_layout import Block, Word

WORDS = [Word("Supply", (0, 0, 60, 20), 0.8), Word("*contract*", (70, 0, 160, 20), 0.9)]


def block(label: str, html: str = "") -> Block:
    line = make_line(WORDS)
    return Block("b1", label, line.bbox, 0, line.text, "", 0.85, (line,), html=html)


def test_text_box_and_confidence_are_those_of_the_lines() -> None:
    left = replace_lines(block("text"), [make_line(WORDS[1:])])

    assert (left.text, left.bbox, left.confidence) == ("*contract*", (70, 0, 160, 20), 0.9)
    assert left.markdown == r"\*contract\*"


def test_a_title_stays_a_heading() -> None:
    left = replace_lines(block("paragraph_title"), [make_line(WORDS[:1])])

    assert left.markdown == "## Supply"


def test_a_table_whose_cells_are_not_known_has_none() -> None:
    left = replace_lines(block("table", html="<table></table>"), [make_line(WORDS)])

    assert left.html == ""
