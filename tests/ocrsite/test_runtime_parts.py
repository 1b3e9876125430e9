"""The small parts that serve is made of."""

from __future__ import annotations

import io
import json
import logging
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ocrsite.data_directory import kept_secret
from ocrsite.runtime import instance, queue_server
from ocrsite.runtime.instance import InUse
from ocrsite.runtime.listener import PortUnavailable, listen
from tests.ocrsite.running_site import ROOT

# --- secrets ------------------------------------------------------------------------------------


def test_a_secret_is_made_once_and_is_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "secret_key"

    first, second = kept_secret(path), kept_secret(path)

    assert first == second
    assert len(first) >= 50
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["secret_key"], "no drafts are left"


def test_processes_that_make_a_secret_at_once_agree_on_it(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from ocrsite.data_directory import kept_secret;"
        "print(kept_secret(Path(sys.argv[1])))"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "key")],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        for _ in range(6)
    ]

    found = {process.communicate(timeout=30)[0] for process in processes}

    assert len(found) == 1


# --- the hold on a data directory ---------------------------------------------------------------


def test_a_directory_is_held_by_one_instance_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance, "PATIENCE", 0.2)
    held = instance.hold(tmp_path, shared=False)

    with pytest.raises(InUse, match=str(tmp_path)):
        instance.hold(tmp_path, shared=False)
    with pytest.raises(InUse):
        instance.hold(tmp_path, shared=True)

    os.close(held)
    os.close(instance.hold(tmp_path, shared=False))


def test_processes_of_one_role_hold_a_directory_together(tmp_path: Path) -> None:
    held = [instance.hold(tmp_path, shared=True) for _ in range(2)]

    for descriptor in held:
        os.close(descriptor)


# --- the port -----------------------------------------------------------------------------------


def test_a_taken_port_is_named() -> None:
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(PortUnavailable, match=f"port {port} is taken"):
            listen(port)


def test_a_vanished_peer_is_noticed() -> None:
    # An upload whose sender is gone would otherwise hold its thread for ever.
    with listen(0, "127.0.0.1") as listener:
        client = socket.create_connection(listener.getsockname())
        accepted, _ = listener.accept()

        assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) <= 60

        client.close()
        accepted.close()


# --- the queue ----------------------------------------------------------------------------------


def test_the_queues_socket_lies_in_the_data_directory(tmp_path: Path) -> None:
    assert queue_server.socket_path(tmp_path).parent == tmp_path


def test_where_its_path_would_be_too_long_it_lies_in_a_private_directory(tmp_path: Path) -> None:
    deep = tmp_path / ("long" * 30)
    deep.mkdir()

    path = queue_server.socket_path(deep)

    assert len(bytes(path)) < 104
    assert path.parent.stat().st_mode & 0o077 == 0
    path.parent.rmdir()


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("6826:M 23 Nov 2026 00:28:55.810 # Valkey is now ready to exit", True),
        ("6826:M 23 Nov 2026 00:28:48.038 # WARNING Memory overcommit must be enabled!", False),
        ("", False),
    ],
)
def test_lines_of_the_queues_log_lose_what_ours_has_itself(line: str, shown: bool) -> None:
    text = queue_server.readable(line)

    assert bool(text) == shown
    assert "2026" not in (text or "")


# --- the log ------------------------------------------------------------------------------------

LOG = """
import logging, structlog
from ocrsite import logging as ours
ours.configure()
structlog.get_logger("site").info("hello", name="ёлка")
logging.getLogger("library").warning("old %s", "style")
structlog.get_logger("m").info("request_finished", code=200, request="GET /health")
structlog.get_logger("m").info("request_finished", code=200, request="GET /api/v1/documents/")
try:
    1 / 0
except ZeroDivisionError:
    structlog.get_logger("site").exception("broken")
raise RuntimeError("uncaught")
"""


def test_away_from_a_terminal_each_event_is_one_json_line() -> None:
    result = subprocess.run(
        [sys.executable, "-c", LOG], cwd=ROOT, capture_output=True, text=True, check=False
    )

    events = [json.loads(line) for line in io.StringIO(result.stdout)]
    assert [event["event"] for event in events] == [
        "hello",
        "old style",
        "request_finished",
        "broken",
        "uncaught error",
    ]
    assert all(event["timestamp"] and event["level"] for event in events)
    assert events[0]["name"] == "ёлка"
    assert events[2]["request"] == "GET /api/v1/documents/", "a good probe is not worth a line"
    assert "ZeroDivisionError" in events[3]["exception"]
    assert logging.getLogger("ocrsite").level == logging.NOTSET
