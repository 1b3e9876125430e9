"""What of a word is compared: errors, and not how one print may be written in two ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_worker.quality.word_keys import make_key, make_loose_key, split_tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("«Ёлка»", '"елка'),
        ("СОСНА", "COCHA"),
        ("Wi-Fi", "Wi–Fi"),
        ("№12", "12"),
        ("15,90", "15.90"),
        ("Café", "cafe"),
        ("МОСКВА,", "Москва"),
    ],
)
def test_two_ways_to_write_one_word_are_one(one: str, other: str) -> None:
    assert make_key(one) == make_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("12", "13"), ("15.90", "1590"), ("за", "3а"), ("кот", "код")]
)
def test_two_words_are_two(one: str, other: str) -> None:
    assert make_key(one) != make_key(other)


def test_letters_that_look_like_digits_are_the_same_at_a_loose_look() -> None:
    assert make_loose_key(make_key("O1")) == make_loose_key(make_key("0l"))
    assert make_loose_key(make_key("за")) == make_loose_key(make_key("3а"))
    assert make_loose_key(make_key("12")) != make_loose_key(make_key("13"))


def test_formulas_and_other_scripts_are_not_compared() -> None:
    found = split_tokens("Число $ x^{2} $ и $$\\frac{a}{b}$$ да 汉字 x")

    assert [token.text for token in found if token.opaque] == [
        "$", "x^{2}", "$", "$$\\frac{a}{b}$$", "汉字",
    ]  # fmt: skip
    assert [token.key for token in found if token.key] == [
        make_key("Число"),
        make_key("и"),
        make_key("да"),
        "x",
    ]


def test_money_is_no_formula() -> None:
    assert not any(token.opaque for token in split_tokens("from $5 to $10 and $ 7"))


@given(st.text(alphabet="ab1$\\^ \n—汉", max_size=60))
def test_the_tokens_are_the_words_of_the_text(text: str) -> None:
    assert [token.text for token in split_tokens(text)] == text.split()
