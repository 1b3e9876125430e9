"""What a door sends of a file: one that lies on this disk, or one that is still on its way here."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import BinaryIO, Protocol

from documents.files.storage import MirroredArchive, archive
from documents.files.streaming_fetch import PIECE


class Content(Protocol):
    """`size` in bytes; `tag` changes with the content."""

    @property
    def size(self) -> int: ...

    @property
    def tag(self) -> str: ...

    def pieces(self, start: int, end: int) -> Generator[bytes, None, None]:
        """The bytes from `start` up to `end`. Raises BucketError, DamagedCopy, OSError where the
        file breaks off."""

    def close(self) -> None:
        """Once, when nothing more is wanted."""


class LocalContent:
    """An open file. `tag`: "" for one that is made of the file's own time and size."""

    def __init__(self, file: BinaryIO, tag: str = "") -> None:
        facts = os.fstat(file.fileno())
        self.size = facts.st_size
        self.tag = tag or f"{facts.st_mtime_ns:x}-{facts.st_size:x}"
        self._file = file

    def pieces(self, start: int, end: int) -> Generator[bytes, None, None]:
        self._file.seek(start)
        left = end - start
        while left > 0 and (piece := self._file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece

    def close(self) -> None:
        self._file.close()


class ArrivingContent:
    """A file that is fetched from the bucket while it is sent; its tag is its SHA-256."""

    def __init__(self, files: MirroredArchive, key: str, *, size: int, sha256: str) -> None:
        """Returns when an answer can be begun. Raises ObjectMissing and other BucketErrors,
        DamagedCopy, Busy, StorageFull, OSError."""
        self.size, self.tag = size, sha256
        self._file = files.arriving(key, size=size, sha256=sha256)
        try:
            self._file.wait_for_beginning()
        except BaseException:
            self._file.close()
            raise

    def pieces(self, start: int, end: int) -> Generator[bytes, None, None]:
        return self._file.pieces(start, end)

    def close(self) -> None:
        self._file.close()


def open_content(key: str) -> Content:
    """The file under `key`, fetched as a whole first where it is not here. Raises
    FileNotFoundError, BucketError, StorageFull."""
    return LocalContent(archive().open(key))


def open_known(key: str, *, size: int, sha256: str) -> Content:
    """The file under `key`, whose content never changes. Raises FileNotFoundError, and what
    ArrivingContent raises."""
    files = archive()
    if not isinstance(files, MirroredArchive) or files.exists(key):
        return LocalContent(files.open(key), sha256)
    return ArrivingContent(files, key, size=size, sha256=sha256)
