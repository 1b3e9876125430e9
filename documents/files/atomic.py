"""Files that appear whole or not at all, and locks that end with their process.

The only place where the project renames a draft over a file, flushes to the disk or takes a file
lock. Needs nothing but the standard library: the supervisor and the script that installs the
project use it before anything else is there.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

#: Seconds between two attempts to take a lock that another process holds.
_RETRY_EVERY = 0.1


def write_file(
    path: Path, content: bytes | str, *, mode: int = 0o600, durable: bool = True
) -> None:
    """Replace the file at `path` with `content` (text as UTF-8): a reader sees the old file or the
    new one.

    `mode`: permissions of the file, which the umask narrows. `durable`: the file survives a power
    cut once this returns; without it a power cut may leave the old one. Raises OSError.
    """
    draft = _write_draft(path, content, mode, durable=durable)
    try:
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    if durable:
        sync_directory(path.parent)


def create_file(path: Path, content: bytes | str, *, mode: int = 0o600) -> bool:
    """Write the file at `path` unless there is one, and return whether it was written.

    Of several processes that do this at once, one writes and none replaces its file. The file
    survives a power cut. Raises OSError.
    """
    draft = _write_draft(path, content, mode, durable=True)
    try:
        os.link(draft, path)  # unlike a rename, never replaces a file
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    sync_directory(path.parent)
    return True


def move_file(draft: Path, path: Path) -> None:
    """Move the finished file `draft` to `path`, on the same file system, replacing the file there.

    The content and the name survive a power cut once this returns. Raises OSError.
    """
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(path)
    sync_directory(path.parent)


def make_directories(path: Path, root: Path) -> None:
    """Create `path`, at or below `root`, for this user alone, and flush the entry of every new
    directory.

    Raises OSError.
    """
    missing = []
    while not path.is_dir() and path != root.parent:
        missing.append(path)
        path = path.parent
    for directory in reversed(missing):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_directory(directory.parent)


def sync_directory(path: Path) -> None:
    """Flush the entries of the directory `path`. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def lock_file(path: Path, *, shared: bool = False, wait_seconds: float | None = None) -> int:
    """Lock the file at `path` (flock), created where there is none; return the descriptor.

    The lock lasts until the last copy of the descriptor is closed, in this process or in a child
    that inherited it, so the kernel releases it whatever the process dies of. `shared`: other
    shared locks are compatible. `wait_seconds`: None waits without limit. Raises BlockingIOError
    where another process still holds the lock after that time, OSError.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock_descriptor(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, wait_seconds)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


@contextlib.contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold the exclusive lock of the file at `path`; waits without limit. Raises OSError."""
    descriptor = lock_file(path)
    try:
        yield
    finally:
        os.close(descriptor)


def _write_draft(path: Path, content: bytes | str, mode: int, *, durable: bool) -> Path:
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft


def _lock_descriptor(descriptor: int, kind: int, wait_seconds: float | None) -> None:
    if wait_seconds is None:
        fcntl.flock(descriptor, kind)
        return
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise
        time.sleep(_RETRY_EVERY)
