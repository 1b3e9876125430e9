"""Pages as people write them."""

from __future__ import annotations

import pytest

from documents.text.page_ranges import (
    find_beyond,
    format_ranges,
    merge_ranges,
    numbers_in,
    parse_ranges,
    ranges_of,
)


@pytest.mark.parametrize(
    ("text", "spelt"),
    [("1,3-7", "1,3-7"), (" 7-9 , 3-7", "3-9"), ("5-", "5-"), ("2,1,2", "1-2"), ("1–3", "1-3")],
)
def test_ranges_have_one_spelling(text: str, spelt: str) -> None:
    assert format_ranges(parse_ranges(text)) == spelt
    assert parse_ranges(spelt) == parse_ranges(text)


@pytest.mark.parametrize("text", ["", ",", "0", "3-1", "one", "1-2-3", "-4"])
def test_what_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - it is the text that makes no sense
        parse_ranges(text)


def test_numbers_and_ranges() -> None:
    assert ranges_of([4, 1, 3, 3]) == ((1, 1), (3, 4))
    assert list(numbers_in(parse_ranges("2-3,5-"), 6)) == [2, 3, 5, 6]
    assert merge_ranges([(4, 6), (1, 1), (2, 2)]) == ((1, 2), (4, 6))


@pytest.mark.parametrize(
    ("text", "page"), [("1-5", None), ("5-", None), ("1-6", 6), ("6-", 6), ("2,9-12", 9)]
)
def test_pages_beyond_the_last_are_found(text: str, page: int | None) -> None:
    assert find_beyond(parse_ranges(text), 5) == page
