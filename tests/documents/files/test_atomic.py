"""Files are replaced whole, and a lock lasts as long as its last descriptor."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from documents.files.atomic import create_file, file_lock, lock_file, move_file, write_file


@pytest.mark.parametrize("durable", [True, False])
def test_a_file_is_replaced_whole_and_no_draft_is_left(tmp_path: Path, durable: bool) -> None:
    path = tmp_path / "state.json"
    path.write_text("before")

    write_file(path, "после", durable=durable)

    assert path.read_text(encoding="utf-8") == "после"
    assert list(tmp_path.iterdir()) == [path]


def test_a_private_file_is_never_open_to_others(tmp_path: Path) -> None:
    write_file(tmp_path / "secret", b"secret", mode=0o600)

    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_a_write_that_fails_leaves_the_file_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.json"
    path.write_text("before")

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_file(path, "after")

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_of_many_that_create_a_file_one_does(tmp_path: Path) -> None:
    path = tmp_path / "secret"

    with ThreadPoolExecutor(8) as threads:
        created = list(threads.map(lambda number: create_file(path, str(number)), range(8)))

    assert created.count(True) == 1
    assert path.read_text() == str(created.index(True))
    assert list(tmp_path.iterdir()) == [path]


def test_a_moved_file_replaces_the_one_there(tmp_path: Path) -> None:
    (tmp_path / "draft").write_text("after")
    (tmp_path / "file").write_text("before")

    move_file(tmp_path / "draft", tmp_path / "file")

    assert (tmp_path / "file").read_text() == "after"
    assert not (tmp_path / "draft").exists()


def test_an_exclusive_lock_excludes_and_shared_ones_do_not(tmp_path: Path) -> None:
    shared = [lock_file(tmp_path / "lock", shared=True) for _ in range(2)]
    with pytest.raises(BlockingIOError):
        lock_file(tmp_path / "lock", wait_seconds=0)
    for descriptor in shared:
        os.close(descriptor)

    with file_lock(tmp_path / "lock"), pytest.raises(BlockingIOError):
        lock_file(tmp_path / "lock", shared=True, wait_seconds=0.2)

    os.close(lock_file(tmp_path / "lock", wait_seconds=0))


def test_it_needs_nothing_but_the_standard_library() -> None:
    code = (
        "import sys; import documents.files.atomic;"
        "print([name for name in sys.modules if name.partition('.')[0] in ('django', 'structlog')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )

    assert done.stdout.strip() == "[]"
