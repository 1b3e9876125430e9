"""A file on its way from the bucket to this disk, read while it comes.

A large file takes minutes, and nobody in front of a page waits so long for its first byte. So it is
fetched in a thread of its own, once for all who want it, and they read what is there already. It
gets its key when it is whole and its digest is right, and nobody has its last byte before: who
reads one that turns out to be broken sees an answer that ends too soon.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path

import structlog

from documents.bucket import circuit_breaker
from documents.bucket.store import Bucket
from documents.errors import ArchiveError, Busy, DamagedCopy

log = structlog.get_logger(__name__)

#: Bytes that are read at once.
PIECE = 128 * 1024
#: Bytes that are there when an answer is begun; a file that has no more is there as a whole.
BEGINNING = 2**20
#: Seconds after which an answer is begun with less.
PATIENCE = 4.0
#: Files that one process fetches like this at a time. Those that read may go; fetching goes on.
AT_ONCE = 16

_lock = threading.Lock()
_under_way: dict[Path, Arriving] = {}


def arriving(
    bucket: Bucket, key: str, *, size: int, sha256: str, target: Path, draft: Path,
    keep: Callable[[Path], None],
) -> Arriving:  # fmt: skip
    """The file that is fetched to `target` already, or begins to be now. It begins to be read with
    `reader`.

    `draft`: where it grows; `keep` moves it from there to its place. Raises Busy, OSError.
    """
    with _lock:
        found = _under_way.get(target)
        if found is None:
            if len(_under_way) >= AT_ONCE:
                raise Busy("Many files are being fetched from the bucket. Ask again in a moment.")
            found = Arriving(bucket, key, size, sha256, target, draft, keep)
            # It can't end before it is listed: that takes the lock.
            threading.Thread(target=found.run, name="fetch", daemon=True).start()
            _under_way[target] = found
        found.readers += 1
        return found


class Arriving:
    """`size` in bytes and `sha256` are what the file must have. `close` once for each
    `arriving`."""

    def __init__(
        self, bucket: Bucket, key: str, size: int, sha256: str, target: Path, draft: Path,
        keep: Callable[[Path], None],
    ) -> None:  # fmt: skip
        self.size = size
        self.readers = 0
        self._bucket, self._key, self._sha256 = bucket, key, sha256
        self._target, self._draft, self._keep = target, draft, keep
        self._file = draft.open("x+b")
        self._changed = threading.Condition()
        self._there = 0
        self._over = False
        self._error: Exception | None = None

    def wait_for_beginning(self) -> None:
        """Until an answer can be begun. Raises what keeps the file from coming: BucketError
        (ObjectMissing), DamagedCopy, StorageFull, OSError."""
        deadline = time.monotonic() + PATIENCE
        enough = BEGINNING if self.size > BEGINNING else self.size + 1  # no less than all of it
        with self._changed:
            while not self._over and self._there < enough:
                left = deadline - time.monotonic()
                if left <= 0 and self._there:
                    return
                self._changed.wait(left if left > 0 else None)
            if self._error is not None:
                raise self._error

    def pieces(self, start: int, end: int) -> Generator[bytes, None, None]:
        """The bytes from `start` up to `end`, as they come.

        What lies far ahead of what has come is asked of the bucket by itself. Raises what
        `wait_for_beginning` raises.
        """
        with self._changed:
            far = start > self._there + BEGINNING
        return self._from_bucket(start, end) if far else self._from_disk(start, end)

    def _from_disk(self, start: int, end: int) -> Generator[bytes, None, None]:
        at = start
        while at < end:
            with self._changed:
                # The last byte is for those who may have all of it.
                while not self._over and min(self._there, self.size - 1) <= at:
                    self._changed.wait()
                if self._error is not None:
                    raise self._error
                here = self.size if self._over else min(self._there, self.size - 1)
            piece = os.pread(self._file.fileno(), min(PIECE, here - at, end - at), at)
            at += len(piece)
            yield piece

    def _from_bucket(self, start: int, end: int) -> Generator[bytes, None, None]:
        with circuit_breaker.shared.guarded():
            yield from self._bucket.pieces(self._key, start=start, end=end)

    def close(self) -> None:
        with _lock:
            self.readers -= 1
            self._close_if_unused()

    def run(self) -> None:
        """Fetch it; in a thread of its own."""
        error: Exception | None = None
        try:
            with circuit_breaker.shared.guarded():
                self._fetch()
            self._keep(self._draft)
        except Exception as caught:
            error = caught
            if isinstance(caught, ArchiveError | OSError):
                reason = getattr(caught, "detail", str(caught))
                log.error("file_not_fetched", key=self._key, there=self._there, size=self.size,
                          reason=reason)  # fmt: skip
            else:
                log.exception("file_not_fetched", key=self._key)
        finally:
            self._draft.unlink(missing_ok=True)
            with _lock:
                del _under_way[self._target]
                with self._changed:
                    self._over, self._error = True, error
                    self._changed.notify_all()
                self._close_if_unused()

    def _fetch(self) -> None:
        digest = hashlib.sha256()
        for piece in self._bucket.pieces(self._key):
            digest.update(piece)
            if self._there + len(piece) > self.size:
                break
            self._file.write(piece)
            self._file.flush()
            with self._changed:
                self._there += len(piece)
                self._changed.notify_all()
        if self._there != self.size or digest.hexdigest() != self._sha256:
            raise DamagedCopy(
                f"The object {self._key} in the bucket is not the file that it was: its size or "
                "its SHA-256 differs. `manage.py archive verify` tells what else is damaged."
            )

    def _close_if_unused(self) -> None:
        if self._over and not self.readers:
            self._file.close()
