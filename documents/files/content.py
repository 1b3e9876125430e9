"""The content of a file to send: on this disk, or still being fetched from the bucket."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import BinaryIO, Protocol

from documents.files.storage import MirroredArchive, archive
from documents.files.streaming_fetch import CHUNK_BYTES


class Content(Protocol):
    """`size` in bytes; `tag` changes with the content."""

    @property
    def size(self) -> int: ...

    @property
    def tag(self) -> str: ...

    def read_range(self, start: int, end: int) -> Generator[bytes, None, None]:
        """The bytes from `start` up to `end`. Raises BucketError, DamagedCopy, OSError where the
        file breaks off."""

    def close(self) -> None:
        """Call once, when nothing more is to be read."""


class LocalContent:
    """An open file. `tag`: "" takes one made of the file's modification time and size."""

    def __init__(self, file: BinaryIO, tag: str = "") -> None:
        facts = os.fstat(file.fileno())
        self.size = facts.st_size
        self.tag = tag or f"{facts.st_mtime_ns:x}-{facts.st_size:x}"
        self._file = file

    def read_range(self, start: int, end: int) -> Generator[bytes, None, None]:
        self._file.seek(start)
        left = end - start
        while left > 0 and (chunk := self._file.read(min(CHUNK_BYTES, left))):
            left -= len(chunk)
            yield chunk

    def close(self) -> None:
        self._file.close()


class StreamedContent:
    """A file that is fetched from the bucket while it is sent; its tag is its SHA-256."""

    def __init__(self, files: MirroredArchive, key: str, *, size: int, sha256: str) -> None:
        """Returns when an answer can start. Raises ObjectMissing and other BucketErrors,
        DamagedCopy, Busy, StorageFull, OSError."""
        self.size, self.tag = size, sha256
        self._fetch = files.start_fetch(key, size=size, sha256=sha256)
        try:
            self._fetch.wait_until_readable()
        except BaseException:
            self._fetch.close()
            raise

    def read_range(self, start: int, end: int) -> Generator[bytes, None, None]:
        return self._fetch.read_range(start, end)

    def close(self) -> None:
        self._fetch.close()


def open_content(key: str) -> Content:
    """The file under `key`; where it is missing here, the whole of it is fetched first.

    Raises FileNotFoundError, BucketError, StorageFull.
    """
    return LocalContent(archive().open(key))


def open_immutable(key: str, *, size: int, sha256: str) -> Content:
    """The file under `key`, whose content never changes: `size` (bytes) and `sha256` are its own.

    Raises FileNotFoundError, and what StreamedContent raises.
    """
    files = archive()
    if not isinstance(files, MirroredArchive) or files.exists(key):
        return LocalContent(files.open(key), sha256)
    return StreamedContent(files, key, size=size, sha256=sha256)
