"""Plain text as Markdown: it shows just the text, whatever characters are in it."""

from __future__ import annotations

import pytest

from documents.text.markdown import block_to_markdown, escape_markdown, paragraphs_to_markdown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*bold* `code`", r"\*bold\* \`code\`"),
        ("_it_ snake_case", r"\_it\_ snake_case"),
        ("~~gone~~ ~5", r"\~~gone\~~ ~5"),
        ("[a](b) <b>", r"\[a\](b) \<b>"),
        ("&amp; &#1103;", "&amp;amp; &amp;#1103;"),
        ("# not a heading", r"\# not a heading"),
        ("> not a quote", r"\> not a quote"),
        ("| not a table |", r"\| not a table |"),
        ("---", r"\---"),
        ("=====", r"\====="),
        ("~~~", r"\~~~"),
        ("back\\slash", r"back\\slash"),
    ],
)
def test_what_markdown_would_take_for_markup_is_escaped(text: str, expected: str) -> None:
    assert escape_markdown(text) == expected


@pytest.mark.parametrize(
    "text", ["5.5 - 3 = 2", "A & B", "№5", "#5", "a|b", "1. first", "- a dash", "-5", "1 > 0"]
)
def test_what_reads_the_same_is_left_alone(text: str) -> None:
    assert escape_markdown(text) == text


def test_lines_stay_lines_and_paragraphs_paragraphs() -> None:
    assert block_to_markdown("text", "one\n# two") == "one\n\\# two"
    assert paragraphs_to_markdown([["one", "two"], ["three"]]) == "one\ntwo\n\nthree"


@pytest.mark.parametrize(
    ("label", "expected"),
    [("doc_title", "# A title of two lines"), ("paragraph_title", "## A title of two lines")],
)
def test_a_title_is_a_heading_of_one_line(label: str, expected: str) -> None:
    assert block_to_markdown(label, "A title\nof two lines") == expected


def test_nothing_is_nothing() -> None:
    assert block_to_markdown("doc_title", "") == ""
    assert block_to_markdown("text", "") == ""
