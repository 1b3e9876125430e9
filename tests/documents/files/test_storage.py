"""Keys in, files out: whole or not at all, and never outside of the archive."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from documents.errors import StorageFull
from documents.files.disk_errors import map_disk_errors
from documents.files.storage import archive


def test_a_written_file_is_found_under_its_key(media: Path) -> None:
    archive().write("documents/a/result.txt", b"text")

    assert archive().exists("documents/a/result.txt")
    with archive().open("documents/a/result.txt") as file:
        assert file.read() == b"text"
    with archive().local_copy("documents/a/result.txt") as path:
        assert path.read_bytes() == b"text"


def test_a_write_that_fails_half_way_leaves_what_was_there(media: Path) -> None:
    archive().write("a/b", b"before")

    def write_half() -> None:
        with archive().open_for_writing("a/b") as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()

    assert (media / "a/b").read_bytes() == b"before"
    assert list((media / "staging").iterdir()) == []


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../outside", "a/../../outside", "staging/x", "."]
)
def test_a_key_that_leaves_the_archive_is_refused(media: Path, key: str) -> None:
    with pytest.raises(ValueError, match="not a storage key"):
        archive().path(key)


def test_a_missing_file_can_not_be_opened(media: Path) -> None:
    assert not archive().exists("a/b")
    with pytest.raises(FileNotFoundError):
        archive().open("a/b")
    with pytest.raises(FileNotFoundError), archive().local_copy("a/b"):
        pass


def test_deleting_a_tree_leaves_its_neighbours(media: Path) -> None:
    for key in ("documents/a/x", "documents/a/deep/y", "documents/b/x"):
        archive().write(key, b"")

    archive().delete_tree("documents/a")
    archive().delete_tree("documents/none")

    assert not (media / "documents/a").exists()
    assert archive().exists("documents/b/x")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_distinguished_from_other_errors(number: int) -> None:
    with pytest.raises(StorageFull), map_disk_errors():
        raise OSError(number, "full")
    with pytest.raises(PermissionError), map_disk_errors():
        raise PermissionError
