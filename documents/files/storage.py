"""Where originals, results and page images are kept: keys in, files out.

Keys are relative paths with "/" (design, section 6), the same on disk and in a bucket. A file
under a key appears whole or not at all, and once a write has returned it survives a power cut:
the bytes and the directory entry are both flushed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from django.conf import settings
from django.db import OperationalError

from documents.bucket import circuit_breaker
from documents.bucket.store import Bucket, bucket_for_reading
from documents.errors import ObjectMissing, OriginalMissing, StorageFull
from documents.files.streaming_fetch import Arriving, arriving


class LocalArchive:
    """The archive's files below one directory."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def staging(self) -> Path:
        """Where files are made before they get their key: same file system, so a move is atomic."""
        path = self.root / "staging"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def path(self, key: str) -> Path:
        """The path of `key`. Raises ValueError for a key that leaves the archive."""
        parts = PurePosixPath(key).parts
        if not parts or parts[0] in ("/", "staging") or ".." in parts:
            raise ValueError(f"not a storage key: {key!r}")
        return self.root.joinpath(*parts)

    def exists(self, key: str) -> bool:
        return self.path(key).is_file()

    def open(self, key: str) -> BinaryIO:
        """Raises FileNotFoundError."""
        return self.path(key).open("rb")

    def ensure(self, key: str) -> bool:
        """Whether the key's content is on this disk, now if it was not before. Raises BucketError
        (see `MirroredArchive`)."""
        return self.exists(key)

    @contextlib.contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        """A readable file with the key's content, for as long as the block runs.

        Raises FileNotFoundError. The file must not be changed.
        """
        if not self.ensure(key):
            raise FileNotFoundError(errno.ENOENT, "no such file in the archive", key)
        yield self.path(key)

    def put(self, key: str, source: Path) -> None:
        """Move the finished file `source` (from `staging`) under `key`, replacing what was there.

        Raises StorageFull.
        """
        target = self.path(key)
        with disk_errors():
            with source.open("rb") as file:
                os.fsync(file.fileno())
            _make_directories(target.parent, self.root)
            source.replace(target)
            _sync_directory(target.parent)

    def write(self, key: str, content: bytes) -> None:
        """Keep `content` under `key`. Raises StorageFull."""
        with self.writing(key) as file:
            file.write(content)

    @contextlib.contextmanager
    def writing(self, key: str) -> Iterator[BinaryIO]:
        """A file to fill; it appears under `key` when the block ends without an error.

        Raises StorageFull.
        """
        with self.drafting() as (path, file):
            yield file
            file.close()
            self.put(key, path)

    @contextlib.contextmanager
    def drafting(self) -> Iterator[tuple[Path, BinaryIO]]:
        """A file in the staging directory, to fill and then perhaps `put`; else it goes.

        Raises StorageFull.
        """
        path = self.staging / uuid.uuid4().hex
        try:
            with disk_errors(), path.open("xb") as file:
                yield path, file
        finally:
            path.unlink(missing_ok=True)

    def delete_tree(self, prefix: str) -> None:
        """Remove everything below `prefix`; nothing happens where there is nothing."""
        shutil.rmtree(self.path(prefix), ignore_errors=True)

    def check(self) -> None:
        """Write and remove a small file. Raises OSError when the archive can't be written."""
        with tempfile.TemporaryFile(dir=self.staging) as file:
            file.write(b"ocrsite")


class MirroredArchive(LocalArchive):
    """An archive whose files are in a bucket too: what is gone from this disk, or never was on
    it, is fetched from there and kept again. Writing goes to the disk; `documents.replication.sync`
    mirrors it."""

    def __init__(self, root: Path, bucket: Bucket) -> None:
        super().__init__(root)
        self._bucket = bucket

    def ensure(self, key: str) -> bool:
        return self.exists(key) or self.fetch(key)

    def open(self, key: str) -> BinaryIO:
        try:
            return super().open(key)
        except FileNotFoundError:
            if not self.fetch(key):
                raise
            return super().open(key)

    def arriving(self, key: str, *, size: int, sha256: str) -> Arriving:
        """The bucket's content of `key` on its way to this disk, to be read while it comes.

        `size` in bytes and `sha256` are what it must have. Raises Busy, StorageFull.
        """
        with disk_errors():
            return arriving(
                self._bucket, key, size=size, sha256=sha256, target=self.path(key),
                draft=self._new_draft(), keep=lambda draft: self.put(key, draft),
            )  # fmt: skip

    def fetch(self, key: str) -> bool:
        """Put the bucket's content of `key` on this disk; False where the bucket has none.

        Raises BucketError, StorageFull.
        """
        draft = self._new_draft()
        try:
            with disk_errors(), circuit_breaker.shared.guarded():
                self._bucket.get_file(key, draft)
            self.put(key, draft)
        except ObjectMissing:
            return False
        finally:
            draft.unlink(missing_ok=True)
        return True

    def _new_draft(self) -> Path:
        return self.staging / f"fetched-{uuid.uuid4().hex}"


def archive() -> LocalArchive:
    """The archive of this process, as the settings name it."""
    root, mirror = Path(settings.MEDIA_ROOT), bucket_for_reading()
    return LocalArchive(root) if mirror is None else MirroredArchive(root, mirror)


@contextlib.contextmanager
def original_file(document_id: uuid.UUID, filename: str) -> Iterator[Path]:
    """A document's original as a readable file, for as long as the block runs.

    Raises OriginalMissing where it is not there; whatever else is missing in the block is not.
    """
    with contextlib.ExitStack() as stack:
        key = original_key(document_id, filename)
        try:
            path = stack.enter_context(archive().local_copy(key))
        except FileNotFoundError as error:
            raise OriginalMissing(
                "The original file is missing from the archive's storage. Upload it again to mend "
                "the document.",
                document=document_id,
            ) from error
        yield path


def original_key(document_id: uuid.UUID, filename: str) -> str:
    return f"documents/{document_id}/original/{filename}"


def manifest_key(document_id: uuid.UUID) -> str:
    return f"documents/{document_id}/manifest.json"


def tombstone_key(document_id: uuid.UUID) -> str:
    """Says that the document was purged: what is left of it anywhere is not taken in again."""
    return f"tombstones/{document_id}.json"


def result_key(document_id: uuid.UUID, kind: str) -> str:
    """`kind` is the result's suffix: "json", "md" or "txt"."""
    return f"documents/{document_id}/result.{kind}"


def page_image_key(document_id: uuid.UUID, number: int, rotation: int) -> str:
    """A page's image, upright. Derived; the turn is in its name because readings may differ in it
    and boxes fit only the image that is turned as their reading was."""
    return f"documents/{document_id}/pages/{number:04d}{_turn(rotation)}.webp"


def thumbnail_key(document_id: uuid.UUID, rotation: int = 0) -> str:
    """The first page small; derived, and named by its turn like a page image."""
    return f"documents/{document_id}/pages/thumbnail{_turn(rotation)}.webp"


def _turn(rotation: int) -> str:
    return f".r{rotation}" if rotation else ""


@contextlib.contextmanager
def disk_errors() -> Iterator[None]:
    """A disk without room raises StorageFull in here, also where it is the database's."""
    try:
        yield
    except (OSError, OperationalError) as error:
        if is_disk_full(error):
            raise disk_full() from error
        raise


def is_disk_full(error: BaseException) -> bool:
    """Whether `error` is the system's or the database's way to say that the disk has no room."""
    if isinstance(error, OperationalError):
        # SQLITE_FULL has no number before Python 3.11; 53100 is PostgreSQL's disk_full.
        cause = error.__cause__
        return "disk is full" in str(error) or getattr(cause, "sqlstate", None) == "53100"
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def disk_full() -> StorageFull:
    return StorageFull(
        "The archive's disk is full. Free some space or move the data directory to a larger "
        "disk, then try again."
    )


def _make_directories(path: Path, root: Path) -> None:
    """Create `path` and flush the entry of every directory that is new."""
    missing = []
    while not path.is_dir() and path != root.parent:
        missing.append(path)
        path = path.parent
    for directory in reversed(missing):
        directory.mkdir(parents=True, exist_ok=True)
        _sync_directory(directory.parent)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
