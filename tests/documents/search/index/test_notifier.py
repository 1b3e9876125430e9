"""A listener is notified of changed documents, without delaying the index."""

from __future__ import annotations

import uuid

import pytest
from django.db import OperationalError

from documents.search.index import notifier
from documents.search.index.notifier import ChangeNotifier

DOCUMENTS = [uuid.uuid4() for _ in range(5)]


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(notifier, "time", clock)
    return clock


def test_each_document_is_delivered_once_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifier, "BATCH", 3)
    delivered: list[list[uuid.UUID]] = []
    changes = ChangeNotifier(delivered.append)
    changes.add(DOCUMENTS)
    changes.add(DOCUMENTS[:2])
    while changes.has_pending:
        changes.notify_if_due()
    assert delivered == [DOCUMENTS[:3], DOCUMENTS[3:]]


def test_a_slow_listener_gets_a_fifth_of_the_time(clock: Clock) -> None:
    def slowly(_: list[uuid.UUID]) -> None:
        clock.now += 2.0

    changes = ChangeNotifier(slowly)
    changes.add(DOCUMENTS[:1])
    changes.notify_if_due()
    changes.add(DOCUMENTS[1:])
    assert changes.has_pending and not changes.is_due
    clock.now += 7.9
    changes.notify_if_due()
    assert changes.has_pending
    clock.now += 0.2
    changes.notify_if_due()
    assert not changes.has_pending


def test_documents_stay_pending_while_the_database_is_away() -> None:
    delivered: list[list[uuid.UUID]] = []

    def listen(documents: list[uuid.UUID]) -> None:
        delivered.append(documents)
        if len(delivered) == 1:
            raise OperationalError

    changes = ChangeNotifier(listen)
    changes.add(DOCUMENTS)
    with pytest.raises(OperationalError):
        changes.notify_if_due()
    changes.notify_if_due()
    assert delivered == [DOCUMENTS, DOCUMENTS]


def test_another_error_of_the_listener_is_no_reason_to_stop() -> None:
    def listen(_: list[uuid.UUID]) -> None:
        raise ValueError("a saved search of another version")

    changes = ChangeNotifier(listen)
    changes.add(DOCUMENTS)
    changes.notify_if_due()
    assert not changes.has_pending


def test_without_a_listener_nothing_is_pending() -> None:
    changes = ChangeNotifier(None)
    changes.add(DOCUMENTS)
    assert not changes.has_pending
