"""Connections that have stalled are ended; what moves is left alone."""

from __future__ import annotations

import contextlib
import fcntl
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocrsite.runtime import concurrency_limits
from ocrsite.runtime import listener as listening
from ocrsite.runtime.idle_connections import end_stalled
from tests.ocrsite.running_site import eventually, free_port

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@contextlib.contextmanager
def connected(listener: socket.socket) -> Iterator[Pair]:
    """A client and what the server has accepted."""
    with socket.create_connection(listener.getsockname(), timeout=5) as client:
        accepted, _ = listener.accept()
        with accepted:
            yield client, accepted


def test_of_two_connections_the_one_that_is_idle_is_ended(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with connected(listener) as (idle, _), connected(listener) as (busy, served):
        time.sleep(0.6)
        busy.sendall(b"more")

        assert end_stalled(port, patience=0.5) == 1

        assert idle.recv(1) == b"", "the end"
        assert served.recv(10) == b"more"


def test_a_client_that_does_not_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "_UNREAD_FOR", 1000)
    with listening.listen(0, "127.0.0.1") as listener, connected(listener) as (_, served):
        served.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                served.send(b"x" * 65536)

        eventually(lambda: select.select([], [served], [], 0)[1], 20, "the end")

        with pytest.raises(TimeoutError):
            served.send(b"x")


def test_other_ports_are_not_touched(listener: socket.socket) -> None:
    with connected(listener) as (client, served), socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        time.sleep(0.3)

        assert end_stalled(other.getsockname()[1], patience=0.1) == 0

        client.sendall(b"x")
        assert served.recv(1) == b"x"


def test_slots_are_scarce_for_a_while_after_somebody_was_turned_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(concurrency_limits, "_last_refusal", float("-inf"))
    share = concurrency_limits.Slots(1)

    assert share.take()
    before = concurrency_limits.scarce()
    assert not share.take()

    assert not before
    assert concurrency_limits.scarce()
    monkeypatch.setattr(concurrency_limits, "_REMEMBERED", 0.0)
    assert not concurrency_limits.scarce()


def test_looking_at_connections_keeps_the_locks_of_other_files(tmp_path: Path) -> None:
    # A process loses its locks on a file when it closes any descriptor of it (fcntl(2)): SQLite's
    # too, and then others take its database for closed and remove its journal.
    attempt = (
        "import fcntl, sys\n"
        "try: fcntl.lockf(open(sys.argv[1], 'r+'), fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
        "except BlockingIOError: print('held')"
    )
    with (tmp_path / "database").open("w") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)

        end_stalled(free_port(), 0)

        found = subprocess.run(
            [sys.executable, "-c", attempt, file.name], capture_output=True, text=True, check=True
        )
    assert found.stdout == "held\n"
