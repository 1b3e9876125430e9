"""Two sequences of words aligned: as many common words as there can be, in bounded time."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.text.word_alignment import (
    Effort,
    Step,
    align_words,
    count_common,
    find_changes,
    find_common,
    likeness,
)

WORDS = st.lists(st.sampled_from(["a", "b", "ab", "cc"]), max_size=8)


def longest(first: list[str], second: list[str]) -> int:
    table = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i, one in enumerate(first):
        for j, other in enumerate(second):
            here = table[i][j] + 1 if one == other else max(table[i][j + 1], table[i + 1][j])
            table[i + 1][j + 1] = here
    return table[-1][-1]


@given(WORDS, WORDS)
def test_the_common_words_are_the_most_there_can_be(first: list[str], second: list[str]) -> None:
    pairs = find_common(first, second)

    assert pairs is not None
    assert all(first[i] == second[j] for i, j in pairs)
    assert pairs == sorted(pairs)
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
    assert len(pairs) == longest(first, second) == count_common(first, second)


@given(WORDS, WORDS)
def test_the_steps_cover_both_readings_in_order(first: list[str], second: list[str]) -> None:
    steps = align_words(first, second, Effort())

    assert steps is not None
    assert [i for step in steps for i in range(step.i0, step.i1)] == list(range(len(first)))
    assert [j for step in steps for j in range(step.j0, step.j1)] == list(range(len(second)))
    for step in steps:
        joined = "".join(first[step.i0 : step.i1]), "".join(second[step.j0 : step.j1])
        assert not step.same or joined[0] == joined[1]


def test_a_word_in_two_parts_is_the_same_word() -> None:
    steps = align_words(["a", "information", "b"], ["a", "infor", "mation", "b"], Effort())

    assert steps == [Step(0, 1, 0, 1, True), Step(1, 2, 1, 3, True), Step(2, 3, 3, 4, True)]


def test_words_that_are_alike_are_paired_beside_one_that_is_missing() -> None:
    steps = align_words(["one", "договар", "two"], ["one", "xyz", "договор", "two"], Effort())

    assert steps is not None
    assert Step(1, 2, 2, 3) in steps


def test_likeness_is_that_of_letters_in_order() -> None:
    assert likeness("abcd", "abcd") == 1
    assert likeness("abcd", "abed") == pytest.approx(0.75)
    assert likeness("a", "xyz") == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (["0"] * 5000, ["0"] * 5000),
        ([str(n) for n in range(5000)], [str(-n) for n in range(5000)]),
        (["0", "x"] * 2500, ["0", "y"] * 2500),
    ],
    ids=["all equal", "nothing equal", "by turns"],
)
def test_a_page_of_5000_words_takes_no_time(first: list[str], second: list[str]) -> None:
    begun = time.process_time()
    steps = align_words(first, second, Effort())

    assert time.process_time() - begun < 3, "0.1 s on an idle machine"
    assert steps is not None


@given(WORDS, WORDS)
def test_changes_are_the_runs_of_common_words_and_what_is_between(
    first: list[str], second: list[str]
) -> None:
    steps = find_changes(first, second, Effort())

    assert [i for step in steps for i in range(step.i0, step.i1)] == list(range(len(first)))
    assert [j for step in steps for j in range(step.j0, step.j1)] == list(range(len(second)))
    assert all(one.same != other.same for one, other in pairwise(steps))
    for step in steps:
        if step.same:
            assert first[step.i0 : step.i1] == second[step.j0 : step.j1] != []
    assert sum(step.i1 - step.i0 for step in steps if step.same) == longest(first, second)


@pytest.mark.parametrize("effort", [Effort(0), Effort()], ids=["no effort left", "too large"])
def test_changes_beyond_the_effort_or_the_memory_are_one_change(effort: Effort) -> None:
    steps = find_changes(["a", *"bc" * 5000, "z"], ["a", *"cb" * 5000, "z"], effort)

    assert steps == [
        Step(0, 1, 0, 1, same=True),
        Step(1, 10_001, 1, 10_001),
        Step(10_001, 10_002, 10_001, 10_002, same=True),
    ]


def test_effort_is_used_up_once() -> None:
    effort = Effort(10)

    assert effort.spend(8)
    assert not effort.spend(3)
    assert effort.spend(2)


def test_what_would_take_too_much_room_is_not_aligned() -> None:
    assert align_words(["a"] * 10_000, ["a"] * 10_000, Effort()) is None
