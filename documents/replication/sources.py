"""Where a copy of the archive lies that is to be read: the bucket, or a directory that holds what
a bucket holds."""

from __future__ import annotations

import contextlib
import datetime
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from documents.bucket.store import Bucket
from documents.errors import DamagedCopy, ObjectMissing

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class StoredFile:
    """A file of the copy: its key and its size in bytes."""

    key: str
    size: int


class Source(Protocol):
    """A copy of the archive. Keys are those of the storage (design, section 6)."""

    #: Whether it is the bucket that this archive is mirrored to.
    is_mirror: bool

    def files(self, prefix: str) -> Iterator[StoredFile]:
        """Everything below `prefix`. Raises BucketError, OSError."""

    def read(self, key: str) -> bytes:
        """Raises DamagedCopy where it is not there, BucketError, OSError."""

    def copy(self, key: str, path: Path) -> None:
        """Into the new file `path`. Raises as `read`."""


class DirectorySource:
    is_mirror = False

    def __init__(self, root: Path) -> None:
        self._root = root

    def files(self, prefix: str) -> Iterator[StoredFile]:
        for path in sorted((self._root / prefix).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield StoredFile(path.relative_to(self._root).as_posix(), path.stat().st_size)

    def read(self, key: str) -> bytes:
        return self._path(key).read_bytes()

    def copy(self, key: str, path: Path) -> None:
        shutil.copyfile(self._path(key), path)

    def _path(self, key: str) -> Path:
        path = self._root / key
        if ".." in path.parts or not path.is_file():
            raise DamagedCopy(f"{key} is missing from {self._root}.")
        return path


class BucketSource:
    """`since`: find only what was written then (by the bucket's clock) or later."""

    is_mirror = True

    def __init__(self, bucket: Bucket, since: datetime.datetime | None = None) -> None:
        self._bucket = bucket
        self._since = since

    def files(self, prefix: str) -> Iterator[StoredFile]:
        for facts in self._bucket.list(prefix):
            if self._since is None or facts.modified >= self._since:
                yield StoredFile(facts.key, facts.size)

    def read(self, key: str) -> bytes:
        try:
            return self._bucket.get_bytes(key, max_bytes=2**30)
        except ObjectMissing as error:
            raise DamagedCopy(f"{key} is missing from the bucket.") from error

    def copy(self, key: str, path: Path) -> None:
        try:
            self._bucket.get_file(key, path)
        except ObjectMissing as error:
            raise DamagedCopy(f"{key} is missing from the bucket.") from error


def manifest_keys(source: Source) -> Iterator[str]:
    for found in source.files("documents/"):
        if found.key.endswith(f"/{MANIFEST}") and found.key.count("/") == 2:
            yield found.key


def tombstones(source: Source) -> set[uuid.UUID]:
    """The documents that were purged. A tombstone's name says whose it is, whatever became of its
    content: a start must not depend on that, nor on a request for each."""
    purged = set()
    for found in source.files("tombstones/"):
        with contextlib.suppress(ValueError):
            purged.add(uuid.UUID(found.key.rpartition("/")[2].removesuffix(".json")))
    return purged
