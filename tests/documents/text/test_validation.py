"""Texts that no database could keep are refused with their field's name."""

from __future__ import annotations

import pytest

from documents.errors import InvalidRequest
from documents.text.validation import validate_text


def test_an_ordinary_text_stays_as_it_is() -> None:
    text = " Договор № 5\n\t😀 "

    assert validate_text(text, field="title", max_length=100) == text


@pytest.mark.parametrize("text", ["a\x00b", "\x00", "half \ud83d of a pair"])
def test_what_no_database_keeps_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        validate_text(text, field="title")

    assert set(caught.value.fields) == {"title"}


def test_a_text_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert validate_text("x" * 10, field="blocks", max_length=10)

    with pytest.raises(InvalidRequest) as caught:
        validate_text("x" * 11, field="blocks", max_length=10)

    assert set(caught.value.fields) == {"blocks"}
