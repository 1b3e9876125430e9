"""The embedded queue: where it listens, what it logs, and files that its server refuses."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from ocrsite.runtime import queue_server
from ocrsite.runtime.queue_recovery import QueueRecovery


def test_the_queues_socket_lies_in_the_data_directory(tmp_path: Path) -> None:
    assert queue_server.choose_socket_path(tmp_path).parent == tmp_path


def test_where_its_path_would_be_too_long_it_lies_in_a_private_directory(tmp_path: Path) -> None:
    deep = tmp_path / ("long" * 30)
    deep.mkdir()

    path = queue_server.choose_socket_path(deep)

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
    text = queue_server.format_log_line(line)

    assert bool(text) == shown
    assert "2026" not in (text or "")


# --- files that the server refuses --------------------------------------------------------------


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "queue"
    path.mkdir()
    return path


@pytest.fixture
def recovery(directory: Path) -> QueueRecovery:
    return QueueRecovery(directory)


def refuse(recovery: QueueRecovery, times: int) -> None:
    """The server exits with an error at once, so many times."""
    for _ in range(times):
        recovery.handle_exit(1, 0.1)


def moved_aside(directory: Path) -> list[Path]:
    return sorted(directory.parent.glob("queue-unreadable-*"))


def test_a_queue_with_content_that_is_refused_is_moved_aside(
    recovery: QueueRecovery, directory: Path
) -> None:
    (directory / "dump.rdb").write_bytes(b"not a dump")

    refuse(recovery, 3)

    [aside] = moved_aside(directory)
    assert (aside / "dump.rdb").exists()
    assert list(directory.iterdir()) == []


def test_a_queue_without_content_is_not_what_its_server_refuses(
    recovery: QueueRecovery, directory: Path
) -> None:
    (directory / "appendonly.aof").touch()

    refuse(recovery, 9)

    assert moved_aside(directory) == []


def test_a_fresh_queue_is_not_moved_aside_again_before_it_has_worked(
    recovery: QueueRecovery, directory: Path
) -> None:
    for _ in range(3):
        (directory / "dump.rdb").write_bytes(b"what the server wrote")
        refuse(recovery, 3)
    assert len(moved_aside(directory)) == 1

    recovery.handle_exit(0, 3600.0)
    for aside in moved_aside(directory):
        aside.rename(aside.with_suffix(".earlier"))
    refuse(recovery, 3)
    assert len(moved_aside(directory)) == 2


def test_a_queue_that_can_not_be_moved_aside_ends_nothing(
    recovery: QueueRecovery, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse_rename(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (directory / "dump.rdb").write_bytes(b"not a dump")
    with monkeypatch.context() as disk:
        disk.setattr(Path, "rename", refuse_rename)
        refuse(recovery, 3)
    assert moved_aside(directory) == []

    refuse(recovery, 3)
    assert len(moved_aside(directory)) == 1, "it is tried again"
