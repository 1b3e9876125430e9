"""The small parts that serve is made of."""

from __future__ import annotations

import errno
import io
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ocrsite.data_directory import explain_os_error
from ocrsite.environment.parse import parse_variables
from ocrsite.runtime import queue_server, serve, start_state
from ocrsite.runtime.listener import PortUnavailable, listen
from ocrsite.runtime.start_state import InUse, ProcessRole, Start
from tests.ocrsite.running_site import ROOT

# --- the hold on a data directory ---------------------------------------------------------------


def test_a_directory_is_held_by_one_instance_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_state, "PATIENCE", 0.2)
    held = start_state.hold(tmp_path, shared=False)

    with pytest.raises(InUse, match=str(tmp_path)):
        start_state.hold(tmp_path, shared=False)
    with pytest.raises(InUse):
        start_state.hold(tmp_path, shared=True)

    os.close(held)
    os.close(start_state.hold(tmp_path, shared=False))


def test_processes_of_one_role_hold_a_directory_together(tmp_path: Path) -> None:
    held = [start_state.hold(tmp_path, shared=True) for _ in range(2)]

    for descriptor in held:
        os.close(descriptor)


@pytest.mark.parametrize(("what", "word"), [("free", ""), ("held", "another instance")])
def test_whether_a_directory_is_free_is_told_without_any_package(
    what: str, word: str, tmp_path: Path
) -> None:
    # The first time it is not even there.
    data_dir = tmp_path / "data"
    held = None
    if what == "held":
        data_dir.mkdir()
        held = start_state.hold(data_dir, shared=False)

    result = subprocess.run(
        [sys.executable, "-S", "-m", "ocrsite.runtime.start_state"],
        cwd=ROOT,
        env={"OCRSITE_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == (1 if held else 0), result.stderr
    assert word in result.stderr
    assert result.stderr.count("\n") == (1 if held else 0)
    if held is not None:
        os.close(held)


def test_what_belongs_to_somebody_else_is_named_in_one_sentence(tmp_path: Path) -> None:
    refusal = PermissionError(13, "Permission denied", str(tmp_path / "lock"))

    said = str(explain_os_error(tmp_path, refusal))

    assert said.startswith(f"the data directory {tmp_path} can't be used: ")
    assert str(tmp_path / "lock") in said
    assert "permission denied" in said
    assert said.endswith(".") and "\n" not in said


# --- the state that the children read ------------------------------------------------------------


@dataclass
class Later:
    """In the place of a supervisor: what is to be called later."""

    calls: list[Callable[[], None]] = field(default_factory=list)

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        self.calls.append(call)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[serve._Site]:
    settings = parse_variables({"OCRSITE_DATA_DIR": str(tmp_path)})
    site = serve._Site(settings, ProcessRole.ALL, -1, queue="valkey-server")
    site.supervisor = Later()  # type: ignore[assignment]
    yield site
    site.clean_up()


def later(site: serve._Site) -> list[Callable[[], None]]:
    assert isinstance(site.supervisor, Later)
    return site.supervisor.calls


def published(site: serve._Site) -> Start:
    return start_state.read_start(site.settings.data_dir, site.start_id)


def full(*arguments: object, **options: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_delays_what_the_children_are_told_and_ends_nothing(
    site: serve._Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as disk:
        disk.setattr(start_state, "write_start", full)
        site.publish(Start(ProcessRole.ALL))
        site.publish(Start(ProcessRole.ALL, ready=True))
        [again] = later(site)
        again()

    assert not published(site).ready
    later(site)[-1]()
    assert published(site).ready, "the newest state"
    assert len(later(site)) == 2, "nothing is left to do"


def test_what_a_full_disk_leaves_of_a_state_is_no_state(
    site: serve._Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.publish(Start(ProcessRole.ALL))
    with monkeypatch.context() as disk:
        disk.setattr(Path, "replace", full)
        site.publish(Start(ProcessRole.ALL, ready=True))

    assert not published(site).ready


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


def refused(site: serve._Site, times: int) -> None:
    for _ in range(times):
        site._queue_ended(1, 0.1)


def put_aside(site: serve._Site) -> list[Path]:
    return sorted(site.settings.data_dir.glob("queue-unreadable-*"))


def test_a_queue_with_content_that_is_refused_is_put_aside(site: serve._Site) -> None:
    (site.queue_directory / "dump.rdb").write_bytes(b"not a dump")

    refused(site, 3)

    [aside] = put_aside(site)
    assert (aside / "dump.rdb").exists()
    assert list(site.queue_directory.iterdir()) == []


def test_a_queue_without_content_is_not_what_its_server_refuses(site: serve._Site) -> None:
    (site.queue_directory / "appendonly.aof").touch()

    refused(site, 9)

    assert put_aside(site) == []


def test_a_queue_begun_anew_is_not_put_aside_again_before_it_has_worked(
    site: serve._Site,
) -> None:
    for _ in range(3):
        (site.queue_directory / "dump.rdb").write_bytes(b"what the server wrote")
        refused(site, 3)
    assert len(put_aside(site)) == 1

    site._queue_ended(0, 3600.0)
    for aside in put_aside(site):
        aside.rename(aside.with_suffix(".earlier"))
    refused(site, 3)
    assert len(put_aside(site)) == 2


def test_a_queue_that_can_not_be_put_aside_ends_nothing(
    site: serve._Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site.queue_directory / "dump.rdb").write_bytes(b"not a dump")
    with monkeypatch.context() as disk:
        disk.setattr(Path, "rename", full)
        refused(site, 3)
    assert put_aside(site) == []

    refused(site, 3)
    assert len(put_aside(site)) == 1, "it is tried again"


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
