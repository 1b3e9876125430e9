"""A check runs in the background, one run at a time, and no caller waits longer than it said."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from documents.background_check import BackgroundCheck


def test_the_first_result_is_there_for_a_caller_that_waits() -> None:
    check: BackgroundCheck[str] = BackgroundCheck("test", every=60)

    assert check.ask(lambda: "found", patience=60)[0] == "found"


def test_a_caller_without_patience_gets_the_newest_result_at_once() -> None:
    check: BackgroundCheck[str] = BackgroundCheck("test", every=0)
    check.ask(lambda: "old", patience=60)
    may_end = threading.Event()

    def wait() -> str:
        may_end.wait(60)
        return "new"

    # Whoever waited for the end of the check would have its result.
    assert check.ask(wait)[0] == "old"
    assert check.ask(wait, patience=0.01)[0] == "old"
    may_end.set()


def test_runs_do_not_overlap_and_are_not_repeated_before_they_are_due() -> None:
    check: BackgroundCheck[int] = BackgroundCheck("test", every=60)
    runs: list[int] = []
    may_end = threading.Event()

    def count() -> int:
        runs.append(1)
        may_end.wait(60)
        return len(runs)

    for _ in range(5):
        check.ask(count)
    may_end.set()
    assert check.ask(count, patience=60)[0] == 1
    assert check.ask(count, patience=60)[0] == 1
    assert runs == [1]


def test_a_run_that_raises_leaves_the_newest_result_and_its_age(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raised: list[object] = []
    monkeypatch.setattr("threading.excepthook", lambda arguments: raised.append(arguments))
    check: BackgroundCheck[str] = BackgroundCheck("test", every=0)
    assert check.ask(_fail, patience=60) == (None, float("inf"))

    check.ask(lambda: "found", patience=60)
    newest, age = check.ask(_fail, patience=60)

    assert newest == "found"
    assert 0 <= age < 60
    _wait_until(lambda: len(raised) == 2)


def _fail() -> str:
    raise RuntimeError("a defect")


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
