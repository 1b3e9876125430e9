"""A copy of the archive to read: the bucket, or a directory with the content of a bucket."""

from __future__ import annotations

import contextlib
import datetime
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from documents.bucket.errors import ObjectMissing
from documents.bucket.store import Bucket
from documents.errors import DamagedCopy
from documents.files.keys import DOCUMENTS, MANIFEST, TOMBSTONES
from documents.messages import Message


@dataclass(frozen=True)
class StoredFile:
    """A file of a copy; `size` in bytes."""

    key: str
    size: int


class Source(Protocol):
    """A copy of the archive. Keys are those of the storage."""

    #: Whether it is the bucket that this archive is mirrored to.
    is_mirror: bool

    def files(self, prefix: str) -> Iterator[StoredFile]:
        """Everything below `prefix`. Raises BucketError, OSError."""

    def read(self, key: str) -> bytes:
        """The file's content. Raises DamagedCopy where it is missing, BucketError, OSError."""

    def copy(self, key: str, path: Path) -> None:
        """Copy the file to the new file `path`. Raises as `read`."""


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
            raise DamagedCopy(
                Message("{key} is missing from {directory}.", key=key, directory=self._root)
            )
        return path


class BucketSource:
    """`since`: only files written then (by the bucket's clock) or later."""

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
            raise DamagedCopy(Message("{key} is missing from the bucket.", key=key)) from error

    def copy(self, key: str, path: Path) -> None:
        try:
            self._bucket.get_file(key, path)
        except ObjectMissing as error:
            raise DamagedCopy(Message("{key} is missing from the bucket.", key=key)) from error


def list_manifests(source: Source) -> Iterator[str]:
    """The keys of all manifests. Raises BucketError, OSError."""
    for found in source.files(DOCUMENTS):
        if found.key.endswith(f"/{MANIFEST}") and found.key.count("/") == 2:
            yield found.key


def list_purged_documents(source: Source) -> set[uuid.UUID]:
    """The documents that have a tombstone. Raises BucketError, OSError.

    Taken from the names alone: a start must depend neither on the content of tombstones nor on a
    request for each.
    """
    purged = set()
    for found in source.files(TOMBSTONES):
        with contextlib.suppress(ValueError):
            purged.add(uuid.UUID(found.key.rpartition("/")[2].removesuffix(".json")))
    return purged
