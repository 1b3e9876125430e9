"""One process of a machine writes the index."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from documents.search.index.index_lock import IndexLock


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "search"


def test_one_process_of_a_machine_writes(root: Path) -> None:
    holder = IndexLock(root)
    assert holder.acquire()
    assert not IndexLock(root).acquire()


def test_a_lock_whose_file_was_deleted_is_noticed(root: Path) -> None:
    lock, other = IndexLock(root), IndexLock(root)
    assert lock.acquire()
    assert lock.is_held()
    shutil.rmtree(root)
    assert not lock.is_held()
    assert other.acquire()
    assert not lock.is_held()
    assert other.is_held()
