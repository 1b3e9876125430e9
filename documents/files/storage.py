"""The archive's files: keys in (see `keys`), files out.

A file under a key appears whole or not at all, and once a write has returned it survives a power
cut: its bytes and its directory entry are both flushed.
"""

from __future__ import annotations

import contextlib
import errno
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from django.conf import settings

from documents.bucket import circuit_breaker
from documents.bucket.configured import FOREGROUND, configured_bucket
from documents.bucket.errors import ObjectMissing
from documents.bucket.store import Bucket
from documents.errors import OriginalMissing
from documents.files.atomic import make_directories, move_file
from documents.files.disk_errors import map_disk_errors
from documents.files.keys import original_key
from documents.files.streaming_fetch import StreamingFetch, join_fetch
from documents.messages import Message


class LocalArchive:
    """The archive's files below one directory."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def staging(self) -> Path:
        """The directory of drafts: on the file system of the archive, so that a move is atomic."""
        path = self.root / "staging"
        make_directories(path, self.root)
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

    def fetch_if_missing(self, key: str) -> bool:
        """Make sure that the key's content is on this disk; False where there is none anywhere.

        Raises BucketError, StorageFull (see `MirroredArchive`).
        """
        return self.exists(key)

    def refresh(self, key: str) -> bool:
        """Replace this disk's file of `key` by the bucket's; False where there is none.

        Raises BucketError, StorageFull (see `MirroredArchive`).
        """
        return False

    def delete(self, key: str) -> None:
        """Remove the file of `key` from this disk, if it is there."""
        self.path(key).unlink(missing_ok=True)

    @contextlib.contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        """A readable file with the key's content while the block runs; it must not be changed.

        Raises FileNotFoundError, BucketError, StorageFull.
        """
        if not self.fetch_if_missing(key):
            raise FileNotFoundError(errno.ENOENT, "no such file in the archive", key)
        yield self.path(key)

    def put(self, key: str, source: Path) -> None:
        """Move the finished file `source` (from `staging`) under `key`, replacing any file there.

        Raises StorageFull.
        """
        target = self.path(key)
        with map_disk_errors():
            make_directories(target.parent, self.root)
            move_file(source, target)

    def write(self, key: str, content: bytes) -> None:
        """Store `content` under `key`. Raises StorageFull."""
        with self.open_for_writing(key) as file:
            file.write(content)

    @contextlib.contextmanager
    def open_for_writing(self, key: str) -> Iterator[BinaryIO]:
        """An empty file that appears under `key` when the block ends without an error.

        Raises StorageFull.
        """
        with self.open_draft() as (path, file):
            yield file
            file.close()
            self.put(key, path)

    @contextlib.contextmanager
    def open_draft(self) -> Iterator[tuple[Path, BinaryIO]]:
        """An empty file in `staging`, removed when the block ends unless `put` has moved it.

        Raises StorageFull.
        """
        path = self.staging / uuid.uuid4().hex
        try:
            with map_disk_errors(), path.open("xb") as file:
                yield path, file
        finally:
            path.unlink(missing_ok=True)

    def delete_tree(self, prefix: str) -> None:
        """Remove everything below `prefix`, if there is anything."""
        shutil.rmtree(self.path(prefix), ignore_errors=True)

    def check(self) -> None:
        """Write and remove a small file. Raises OSError when the archive can't be written."""
        with tempfile.TemporaryFile(dir=self.staging) as file:
            file.write(b"ocrsite")


class MirroredArchive(LocalArchive):
    """An archive that is mirrored to a bucket: a file missing from this disk is fetched from there.

    Writes go to the disk; `documents.replication` mirrors them.
    """

    def __init__(self, root: Path, bucket: Bucket) -> None:
        super().__init__(root)
        self._bucket = bucket

    def fetch_if_missing(self, key: str) -> bool:
        return self.exists(key) or self.fetch(key)

    def refresh(self, key: str) -> bool:
        return self.fetch(key)

    def open(self, key: str) -> BinaryIO:
        try:
            return super().open(key)
        except FileNotFoundError:
            if not self.fetch(key):
                raise
            return super().open(key)

    def start_fetch(self, key: str, *, size: int, sha256: str) -> StreamingFetch:
        """Start to fetch `key` from the bucket to this disk, or join the fetch under way.

        The caller reads the file while it comes, and closes it. `size` (bytes) and `sha256` are
        those that the file must have. Raises Busy, StorageFull, OSError.
        """
        with map_disk_errors():
            return join_fetch(
                self._bucket, key, size=size, sha256=sha256, target=self.path(key),
                draft=self._new_draft(), store=lambda draft: self.put(key, draft),
            )  # fmt: skip

    def fetch(self, key: str) -> bool:
        """Copy the bucket's content of `key` to this disk; False where the bucket has none.

        Raises BucketError, StorageFull.
        """
        draft = self._new_draft()
        try:
            with map_disk_errors(), circuit_breaker.shared.guard():
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
    """The archive's files, as the settings name their directory and bucket."""
    root, mirror = Path(settings.MEDIA_ROOT), configured_bucket(FOREGROUND)
    return LocalArchive(root) if mirror is None else MirroredArchive(root, mirror)


@contextlib.contextmanager
def original_file(document_id: uuid.UUID, filename: str) -> Iterator[Path]:
    """A document's original as a readable file while the block runs.

    Raises OriginalMissing where it is missing, BucketError, StorageFull. A FileNotFoundError of the
    block itself passes unchanged.
    """
    with contextlib.ExitStack() as stack:
        key = original_key(document_id, filename)
        try:
            path = stack.enter_context(archive().local_copy(key))
        except FileNotFoundError as error:
            raise OriginalMissing(
                Message(
                    "The original file is missing from the archive’s storage. Upload it again to "
                    "replace it."
                ),
                document=document_id,
            ) from error
        yield path
