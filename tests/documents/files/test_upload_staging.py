"""Incoming bytes: hashed, measured, limited, and removed unless they are moved away."""

from __future__ import annotations

import errno
import gc
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from documents.errors import FileTooLarge, StorageFull
from documents.files.sniff import HEAD_BYTES
from documents.files.upload_staging import StagedFile, StagingUploadHandler, stage


def staged_files(media: Path) -> list[Path]:
    return list((media / "staging").iterdir())


def test_a_staged_file_is_what_was_sent(media: Path) -> None:
    staged = stage([b"abc", b"", b"def"])

    assert staged.path.read_bytes() == b"abcdef"
    assert (staged.size, staged.head) == (6, b"abcdef")
    assert staged.sha256 == hashlib.sha256(b"abcdef").hexdigest()


def test_the_head_is_only_as_much_as_sniffing_needs(media: Path) -> None:
    staged = stage([b"a" * (HEAD_BYTES - 1), b"b" * 10, b"c"])

    assert staged.head == b"a" * (HEAD_BYTES - 1) + b"b"


def test_more_than_the_limit_is_refused_and_nothing_is_left(media: Path, settings: Any) -> None:
    settings.OCRSITE_MAX_UPLOAD_BYTES = 10

    with pytest.raises(FileTooLarge):
        stage([b"a" * 10, b"b"])

    assert staged_files(media) == []


def test_a_source_that_breaks_off_leaves_nothing(media: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"a"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        stage(chunks())

    assert staged_files(media) == []


def test_a_full_disk_is_reported_and_nothing_is_left(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def write(self, chunk: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self) -> None:
            # What is buffered is still to be written.
            raise OSError(errno.ENOSPC, "No space left on device")

    staged = StagedFile()
    monkeypatch.setattr(staged, "_file", Full())

    with pytest.raises(StorageFull):
        staged.write(b"a")

    staged.discard()
    assert staged_files(media) == []


def test_a_discarded_file_is_removed_and_may_be_discarded_again(media: Path) -> None:
    staged = stage([b"a"])

    staged.discard()
    staged.discard()

    assert staged_files(media) == []


def test_a_file_moved_away_stays_when_it_is_discarded(media: Path) -> None:
    staged = stage([b"a"])
    taken = staged.path.rename(media / "taken")

    staged.discard()
    del staged
    gc.collect()

    assert taken.read_bytes() == b"a"


def test_a_forgotten_file_is_removed(media: Path) -> None:
    handler = StagingUploadHandler()
    handler.new_file("file", "a.pdf", "application/pdf", None)
    handler.receive_data_chunk(b"abc", 0)
    assert len(staged_files(media)) == 1

    del handler
    gc.collect()

    assert staged_files(media) == []


def test_an_upload_is_staged_under_the_name_it_came_with(media: Path) -> None:
    handler = StagingUploadHandler()
    handler.new_file("file", "a.pdf", "application/pdf", None)
    handler.receive_data_chunk(b"abc", 0)

    uploaded = handler.file_complete(3)

    assert (uploaded.name, uploaded.size, uploaded.read()) == ("a.pdf", 3, b"abc")
    assert uploaded.staged.sha256 == hashlib.sha256(b"abc").hexdigest()
    uploaded.close()
    assert staged_files(media) == []


def test_an_upload_that_was_interrupted_leaves_nothing(media: Path) -> None:
    handler = StagingUploadHandler()
    handler.upload_interrupted()
    handler.new_file("file", "a.pdf", "application/pdf", None)
    handler.receive_data_chunk(b"abc", 0)

    handler.upload_interrupted()

    assert staged_files(media) == []
