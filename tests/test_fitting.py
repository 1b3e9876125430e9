"""The arithmetic of calibration, on data whose answer is known."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from tests.benchmarks.fitting import area_under_curve, fit_table, fit_weights
from tests.benchmarks.word_truths import judge_words
from tests.ocr_worker.quality.pages import page, seen


def test_weights_are_found_again() -> None:
    chance = random.Random(1)
    rows, right = [], []
    for _ in range(20_000):
        row = (chance.uniform(-2, 2), float(chance.random() < 0.3))
        odds = 1.5 * row[0] - 2.0 * row[1] + 0.5
        rows.append(row)
        right.append(chance.random() < 1 / (1 + 2.718281828**-odds))
    assert fit_weights(rows, right) == pytest.approx([1.5, -2.0, 0.5], abs=0.1)


def test_a_table_says_how_many_are_right_and_never_falls() -> None:
    chance = random.Random(2)
    scores = [chance.uniform(0, 1) for _ in range(20_000)]
    right = [chance.random() < score**2 for score in scores]
    knots = fit_table(scores, right)
    assert all(a[0] < b[0] and a[1] <= b[1] for a, b in pairwise(knots))
    assert all(abs(share - score**2) < 0.06 for score, share in knots)
    assert len(knots) < 30


def test_the_area_under_the_curve_counts_pairs() -> None:
    assert area_under_curve([1, 2, 3, 4], [False, False, True, True]) == 1.0
    assert area_under_curve([1, 2, 3, 4], [True, True, False, False]) == 0.0
    assert area_under_curve([1, 1, 1, 1], [True, False, True, False]) == 0.5


@pytest.mark.parametrize(
    ("lines", "truth", "wrong"),
    [
        (["Договор поставки № 15"], "договор поставки № 15", []),
        (["Договор поставки"], "Договор поставим", ["поставки"]),
        (["постав-", "ки товара"], "поставки товара", []),
        (["постав-", "кк товара"], "поставки товара", ["постав-", "кк"]),
        (["two one"], "one two", []),
        (["one one"], "one two", ["one"]),
        (["«don’t»"], '"don\'t"', []),
        (["wi fi net"], "wifi net", ["wi", "fi"]),
    ],
    ids=range(8),
)
def test_words_are_judged_as_the_scores_count_them(
    lines: list[str], truth: str, wrong: list[str]
) -> None:
    found = judge_words(page(seen(*lines)), truth)
    assert [word.text for word, right in found if not right] == wrong
