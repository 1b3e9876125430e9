"""Documents that changed are told of, without keeping the index from following."""

from __future__ import annotations

import uuid

import pytest
from django.db import OperationalError

from documents.search.index import notify
from documents.search.index.notify import Telling

DOCUMENTS = [uuid.uuid4() for _ in range(5)]


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(notify, "time", clock)
    return clock


def test_each_is_told_of_once_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "AT_ONCE", 3)
    told: list[list[uuid.UUID]] = []
    teller = Telling(told.append)
    teller.add(DOCUMENTS)
    teller.add(DOCUMENTS[:2])
    while teller.waits:
        teller.step()
    assert told == [DOCUMENTS[:3], DOCUMENTS[3:]]


def test_what_takes_long_is_done_a_fifth_of_the_time(clock: Clock) -> None:
    def slowly(_: list[uuid.UUID]) -> None:
        clock.now += 2.0

    teller = Telling(slowly)
    teller.add(DOCUMENTS[:1])
    teller.step()
    teller.add(DOCUMENTS[1:])
    assert teller.waits and not teller.is_due
    clock.now += 7.9
    teller.step()
    assert teller.waits
    clock.now += 0.2
    teller.step()
    assert not teller.waits


def test_they_wait_while_the_database_is_away() -> None:
    told: list[list[uuid.UUID]] = []

    def tell(documents: list[uuid.UUID]) -> None:
        told.append(documents)
        if len(told) == 1:
            raise OperationalError

    teller = Telling(tell)
    teller.add(DOCUMENTS)
    with pytest.raises(OperationalError):
        teller.step()
    teller.step()
    assert told == [DOCUMENTS, DOCUMENTS]


def test_any_other_error_is_no_reason_to_stop() -> None:
    def tell(_: list[uuid.UUID]) -> None:
        raise ValueError("a saved search of another version")

    teller = Telling(tell)
    teller.add(DOCUMENTS)
    teller.step()
    assert not teller.waits


def test_without_anybody_to_tell_nothing_waits() -> None:
    teller = Telling(None)
    teller.add(DOCUMENTS)
    assert not teller.waits
