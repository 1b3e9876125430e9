"""What failed is remembered for a while, and not forever."""

from __future__ import annotations

import pytest

from documents.errors import DamagedPage, ReadingTimeout
from documents.exports.recent_failures import RecentFailures


def test_the_same_error_is_raised_again_about_the_same_thing_alone() -> None:
    failures = RecentFailures()
    failures.remember("a", DamagedPage("Broken.", page=3))

    failures.raise_recent("b")
    with pytest.raises(DamagedPage) as caught:
        failures.raise_recent("a")

    assert (caught.value.detail, caught.value.page) == ("Broken.", 3)


def test_what_may_pass_is_forgotten_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("documents.exports.recent_failures.time.monotonic", lambda: now)
    failures = RecentFailures(seconds=600, temporary_seconds=60)
    failures.remember("lasting", DamagedPage())
    failures.remember("passing", ReadingTimeout())

    now += 61
    failures.raise_recent("passing")
    with pytest.raises(DamagedPage):
        failures.raise_recent("lasting")

    now += 600
    failures.raise_recent("lasting")


def test_no_more_are_remembered_than_there_is_room_for() -> None:
    failures = RecentFailures(max_entries=2)
    for key in ("first", "second", "third"):
        failures.remember(key, DamagedPage())

    failures.raise_recent("first")
    for key in ("second", "third"):
        with pytest.raises(DamagedPage):
            failures.raise_recent(key)
