"""A file fetched from the bucket to this disk and read while it comes.

A large file takes minutes, which is too long to wait for the first byte of an answer. So a thread
fetches it, once for all requests that want it, and they read what is there already. The file gets
its key once it is complete and its digest is right. Nothing sends its last byte before that: the
client of a file that turns out to be damaged sees an answer that ends too soon.
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
from documents.messages import Message

log = structlog.get_logger(__name__)

#: Bytes read at a time.
CHUNK_BYTES = 128 * 1024
#: Bytes that must be there before an answer starts; a smaller file must be complete.
START_BYTES = 2**20
#: Seconds after which an answer starts with fewer bytes.
START_SECONDS = 4.0
#: Fetches that one process has under way at most. A fetch goes on when its readers leave.
MAX_FETCHES = 16

_lock = threading.Lock()
_under_way: dict[Path, StreamingFetch] = {}


def join_fetch(
    bucket: Bucket, key: str, *, size: int, sha256: str, target: Path, draft: Path,
    store: Callable[[Path], None],
) -> StreamingFetch:  # fmt: skip
    """The fetch to `target` that is under way, or a new one; the caller closes it.

    `size` (bytes) and `sha256` are those that the file must have. `draft`: where the file grows;
    `store` moves it from there to `target`. Raises Busy, OSError.
    """
    with _lock:
        fetch = _under_way.get(target)
        if fetch is None:
            if len(_under_way) >= MAX_FETCHES:
                raise Busy(
                    Message("Many files are being fetched from the bucket. Ask again in a moment.")
                )
            fetch = StreamingFetch(bucket, key, size, sha256, target, draft, store)
            # It can't end before it is listed: that takes the lock.
            threading.Thread(target=fetch.run, name="fetch", daemon=True).start()
            _under_way[target] = fetch
        fetch.readers += 1
        return fetch


class StreamingFetch:
    """One fetch, shared by its `readers`. Each calls `close` once for its `join_fetch`."""

    def __init__(
        self, bucket: Bucket, key: str, size: int, sha256: str, target: Path, draft: Path,
        store: Callable[[Path], None],
    ) -> None:  # fmt: skip
        self.size = size
        self.readers = 0
        self._bucket, self._key, self._sha256 = bucket, key, sha256
        self._target, self._draft, self._store = target, draft, store
        self._file = draft.open("x+b")
        self._changed = threading.Condition()
        self._received = 0  # bytes
        self._ended = False
        self._error: Exception | None = None

    def wait_until_readable(self) -> None:
        """Wait until an answer can start.

        Raises the error that ended the fetch: BucketError (ObjectMissing), DamagedCopy,
        StorageFull, OSError.
        """
        deadline = time.monotonic() + START_SECONDS
        # A small file must be complete: one byte more than its size never arrives.
        enough = START_BYTES if self.size > START_BYTES else self.size + 1
        with self._changed:
            while not self._ended and self._received < enough:
                left = deadline - time.monotonic()
                if left <= 0 and self._received:
                    return
                self._changed.wait(left if left > 0 else None)
            if self._error is not None:
                raise self._error

    def read_range(self, start: int, end: int) -> Generator[bytes, None, None]:
        """The bytes from `start` up to `end`, as they come.

        A range far ahead of what has arrived is requested from the bucket by itself. Raises what
        `wait_until_readable` raises.
        """
        with self._changed:
            is_far_ahead = start > self._received + START_BYTES
        return self._read_bucket(start, end) if is_far_ahead else self._read_disk(start, end)

    def _read_disk(self, start: int, end: int) -> Generator[bytes, None, None]:
        position = start
        while position < end:
            with self._changed:
                # The last byte is sent only when the whole file is known to be right.
                while not self._ended and min(self._received, self.size - 1) <= position:
                    self._changed.wait()
                if self._error is not None:
                    raise self._error
                readable = self.size if self._ended else min(self._received, self.size - 1)
            length = min(CHUNK_BYTES, readable - position, end - position)
            chunk = os.pread(self._file.fileno(), length, position)
            position += len(chunk)
            yield chunk

    def _read_bucket(self, start: int, end: int) -> Generator[bytes, None, None]:
        with circuit_breaker.shared.guard():
            yield from self._bucket.read_range(self._key, start=start, end=end)

    def close(self) -> None:
        with _lock:
            self.readers -= 1
            self._close_if_unused()

    def run(self) -> None:
        """Fetch the file; in a thread of its own."""
        error: Exception | None = None
        try:
            with circuit_breaker.shared.guard():
                self._receive()
            self._store(self._draft)
        except Exception as caught:
            error = caught
            if isinstance(caught, ArchiveError | OSError):
                reason = getattr(caught, "detail", str(caught))
                log.error("file_not_fetched", key=self._key, received=self._received,
                          size=self.size, reason=reason)  # fmt: skip
            else:
                log.exception("file_not_fetched", key=self._key)
        finally:
            self._draft.unlink(missing_ok=True)
            with _lock:
                del _under_way[self._target]
                with self._changed:
                    self._ended, self._error = True, error
                    self._changed.notify_all()
                self._close_if_unused()

    def _receive(self) -> None:
        digest = hashlib.sha256()
        for chunk in self._bucket.read_range(self._key):
            digest.update(chunk)
            if self._received + len(chunk) > self.size:
                break
            self._file.write(chunk)
            self._file.flush()
            with self._changed:
                self._received += len(chunk)
                self._changed.notify_all()
        if self._received != self.size or digest.hexdigest() != self._sha256:
            raise DamagedCopy(
                Message(
                    "The object {key} in the bucket is damaged: its size or SHA-256 differs. "
                    "manage.py archive verify lists everything that is damaged.",
                    key=self._key,
                )
            )

    def _close_if_unused(self) -> None:
        if self._ended and not self.readers:
            self._file.close()
