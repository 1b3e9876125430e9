"""The state of a start that the site's processes read, on a disk that is full for a while."""

from __future__ import annotations

import errno
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from documents.messages import Message
from ocrsite.runtime import start_state
from ocrsite.runtime.start_publisher import StartPublisher
from ocrsite.runtime.start_state import ProcessRole, Start

START_ID = uuid.uuid4()


class Calls(list[Callable[[], None]]):
    """What is to be called later."""

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        self.append(call)


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def publisher(tmp_path: Path, calls: Calls) -> StartPublisher:
    return StartPublisher(tmp_path, START_ID, Start(ProcessRole.ALL), calls.later)


def published(directory: Path) -> Start:
    return start_state.read_start(directory, START_ID)


def full(*arguments: object, **options: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_delays_what_the_children_learn_and_ends_nothing(
    publisher: StartPublisher, calls: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as disk:
        disk.setattr(start_state, "write_start", full)
        publisher.publish(Start(ProcessRole.ALL))
        publisher.publish(Start(ProcessRole.ALL, ready=True))
        [again] = calls
        again()

    assert not published(tmp_path).ready
    calls[-1]()
    assert published(tmp_path).ready, "the newest state"
    assert len(calls) == 2, "nothing is left to do"


def test_what_a_full_disk_leaves_of_a_state_is_no_state(
    publisher: StartPublisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher.publish(Start(ProcessRole.ALL))
    with monkeypatch.context() as disk:
        disk.setattr(Path, "replace", full)
        publisher.publish(Start(ProcessRole.ALL, ready=True))

    assert not published(tmp_path).ready


def test_what_bootstrap_adds_is_taken_over(publisher: StartPublisher, tmp_path: Path) -> None:
    warning = Message("Look at {what}.", what="this")
    publisher.publish(Start(ProcessRole.ALL))
    start_state.write_start(tmp_path, START_ID, Start(ProcessRole.ALL, warnings=[warning]))

    assert publisher.reload().warnings == [warning]


def test_a_state_that_was_never_written_is_still_known(
    publisher: StartPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_state, "write_start", full)
    publisher.publish(Start(ProcessRole.ALL, warnings=["a warning"]))

    start = publisher.reload()

    assert (start.role, start.warnings) == (ProcessRole.ALL, ["a warning"])
