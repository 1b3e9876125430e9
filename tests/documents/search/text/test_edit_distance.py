"""How near two words are to a scanner."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents.search.text.edit_distance import CONFUSION, max_distance, measure_distance

WORDS = st.text("абвгдежзиrnmcl", max_size=9)


@pytest.mark.parametrize(
    ("one", "other", "cost"),
    [
        ("договор", "договор", 0),
        ("договор", "дсговор", CONFUSION),
        ("modern", "modem", CONFUSION),
        ("договор", "догфвор", 1),
        ("договор", "договро", 1),
        ("договор", "договр", 1),
        ("договор", "абвгдеж", 3),
    ],
)
def test_what_a_scanner_confuses_costs_less(one: str, other: str, cost: float) -> None:
    assert measure_distance(one, other, 2) == cost


@given(WORDS, WORDS)
@settings(max_examples=200, deadline=None)
def test_it_is_the_same_both_ways_and_nothing_for_the_word_itself(one: str, other: str) -> None:
    assert measure_distance(one, one, 2) == 0
    assert min(measure_distance(one, other, 9), 10) == min(measure_distance(other, one, 9), 10)


def test_short_words_are_taken_as_they_are() -> None:
    assert (max_distance("акт"), max_distance("акты"), max_distance("договор")) == (0, 1, 2)
