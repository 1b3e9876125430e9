"""Titles made from a pattern."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import InvalidRequest
from documents.text.title_pattern import NAMES, count_values, fill_pattern

VALUES = {"filename": "scan 07", "date": "2025-12-01", "tag": "счёт", **count_values(7)}


@pytest.mark.parametrize(
    ("pattern", "title"),
    [
        ("Invoice {date} {n}", "Invoice 2025-12-01 7"),
        ("{nnn}/{nn}", "007/07"),
        ("{Tag}: { filename }", "счёт: scan 07"),
        ("{{{n}}}", "{7}"),
        ("  a {language}  b ", "a b"),
        ("plain", "plain"),
    ],
)
def test_names_in_braces_are_replaced(pattern: str, title: str) -> None:
    assert fill_pattern(pattern, VALUES) == title


@pytest.mark.parametrize("pattern", ["{dat}", "{", "a}", "{n", "{n}}", "{a{n}}"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        fill_pattern(pattern, VALUES)

    assert set(refused.value.fields) == {"pattern"}


def test_a_number_is_never_cut() -> None:
    assert fill_pattern("{nn}", count_values(12345)) == "12345"


@given(st.text(max_size=60), st.sampled_from(NAMES))
def test_a_value_with_braces_is_not_filled_again(text: str, name: str) -> None:
    assert fill_pattern(f"{{{name}}}", {name: text}) == " ".join(text.split())
