"""The lock of the index's directory: only the process that holds it writes."""

from __future__ import annotations

import os
from pathlib import Path

from documents.files.atomic import lock_file, make_directories


class IndexLock:
    def __init__(self, root: Path) -> None:
        self._path = root / "lock"
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Lock the directory; False if another process has the lock. Releases what it held."""
        self.release()
        make_directories(self._path.parent, self._path.parent)
        try:
            self._descriptor = lock_file(self._path, wait_seconds=0)
        except BlockingIOError:
            return False
        return True

    def is_held(self) -> bool:
        """Whether this object has the lock that other processes see: the directory may be deleted
        at any time, and a lock on a deleted file excludes no process."""
        if self._descriptor is None:
            return False
        try:
            on_disk = self._path.stat()
        except OSError:
            return False
        held = os.fstat(self._descriptor)
        return (on_disk.st_dev, on_disk.st_ino) == (held.st_dev, held.st_ino)

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
