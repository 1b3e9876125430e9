"""Connections that have stalled are ended; what moves is left alone."""

from __future__ import annotations

import contextlib
import fcntl
import select
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocrsite.runtime import concurrency_limits
from ocrsite.runtime import listener as listening
from ocrsite.runtime.idle_connections import close_stalled_connections
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


def idle_seconds(connection: socket.socket) -> float:
    """Since data last came, by the kernel's TCP_INFO (tcpi_last_data_recv, milliseconds)."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    return float(struct.unpack_from("=I", info, 52)[0]) / 1000


def test_of_two_connections_the_one_that_is_idle_is_ended(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with connected(listener) as (idle, served_idle), connected(listener) as (busy, served):
        eventually(lambda: idle_seconds(served_idle) > 0.5, 10, "an idle connection")
        busy.sendall(b"more")

        assert close_stalled_connections(port, idle_limit=0.5) == 1

        assert idle.recv(1) == b"", "the end"
        assert served.recv(10) == b"more"


def test_a_client_that_does_not_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "_USER_TIMEOUT", 1000)
    with listening.open_listener(0, "127.0.0.1") as listener, connected(listener) as (_, served):
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
        eventually(lambda: idle_seconds(served) > 0.1, 10, "an idle connection")

        assert close_stalled_connections(other.getsockname()[1], idle_limit=0.1) == 0

        client.sendall(b"x")
        assert served.recv(1) == b"x"


def test_a_refusal_is_recent_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(concurrency_limits, "_last_refusal", float("-inf"))
    share = concurrency_limits.Slots(1)

    assert share.acquire()
    before = concurrency_limits.refused_recently()
    assert not share.acquire()

    assert not before
    assert concurrency_limits.refused_recently()
    monkeypatch.setattr(concurrency_limits, "_RECENT", 0.0)
    assert not concurrency_limits.refused_recently()


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

        close_stalled_connections(free_port(), 0)

        found = subprocess.run(
            [sys.executable, "-c", attempt, file.name], capture_output=True, text=True, check=True
        )
    assert found.stdout == "held\n"
