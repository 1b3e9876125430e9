"""Which files of the watched folder may be taken."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest

from documents.watched_folder import WatchedFolder
from documents.watched_folder import folder as folder_module


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(folder_module, "time", clock)
    return clock


@pytest.fixture
def folder(tmp_path: Path) -> WatchedFolder:
    folder = WatchedFolder(tmp_path / "inbox")
    folder.prepare()
    return folder


def put(folder: WatchedFolder, path: str, content: bytes = b"content") -> Path:
    file = folder.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def names(folder: WatchedFolder) -> list[str]:
    return [str(path) for path in folder.look().whole]


def test_a_file_is_taken_once_it_has_not_changed_for_a_while(
    folder: WatchedFolder, clock: Clock
) -> None:
    put(folder, "a.pdf")
    assert names(folder) == []
    assert folder.look().waiting == 1
    clock.now += 4
    assert names(folder) == []
    clock.now += 2
    assert names(folder) == ["a.pdf"]


def test_a_file_that_grows_is_waited_for(folder: WatchedFolder, clock: Clock) -> None:
    file = put(folder, "a.pdf")
    for _ in range(5):
        folder.look()
        clock.now += 4
        with file.open("ab") as growing:
            growing.write(b"more")
    assert names(folder) == []
    clock.now += 6
    assert names(folder) == ["a.pdf"]


def test_an_empty_file_may_still_be_filled(folder: WatchedFolder, clock: Clock) -> None:
    put(folder, "a.pdf", b"")
    folder.look()
    clock.now += 30
    assert names(folder) == []
    clock.now += 31
    assert names(folder) == ["a.pdf"], "then it is refused, with a note"


def test_files_of_folders_are_found_and_what_is_no_document_is_left_alone(
    folder: WatchedFolder, clock: Clock, tmp_path: Path
) -> None:
    put(folder, "Legal/2026/contract.pdf")
    put(folder, "Legal/done/kept.pdf")
    for path in (
        "done/old.pdf", "refused/bad.pdf", "~$contract.docx", ".hidden.pdf", "a.pdf.part",
        "b.crdownload", "Thumbs.db", ".git/config",
    ):  # fmt: skip
        put(folder, path)
    outside = tmp_path / "outside.pdf"
    outside.write_bytes(b"secret")
    (folder.root / "link.pdf").symlink_to(outside)
    (folder.root / "folder").symlink_to(tmp_path)
    os.mkfifo(folder.root / "pipe.pdf")

    folder.look()
    clock.now += 10

    assert names(folder) == ["Legal/2026/contract.pdf", "Legal/done/kept.pdf"]


def test_a_folder_that_is_gone_is_an_error_and_one_below_is_not(
    folder: WatchedFolder, clock: Clock
) -> None:
    put(folder, "a.pdf")
    folder.look()
    clock.now += 10
    assert folder.look().whole == (PurePosixPath("a.pdf"),)
    (folder.root / "a.pdf").unlink()
    (folder.root / ".ocrsite").rmdir()
    folder.root.rmdir()
    with pytest.raises(FileNotFoundError):
        folder.look()
