"""How much of the archive's disk new files may fill: a reserve stays for what is there already.

The database, the queue, the index and the results of reading grow after an upload. If uploads could
take the last byte, nobody could log in, correct or search any more. So uploads stop at the reserve,
and everything else may use it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from documents.errors import StorageFull
from documents.files.disk_errors import map_disk_errors
from documents.messages import Message

#: The reserve: this share of the file system, at most this many bytes.
RESERVE_SHARE, RESERVE_MOST = 0.05, 10**9


@dataclass(frozen=True)
class DiskSpace:
    """Bytes of a file system. `free`: what this user may still write."""

    total: int
    free: int

    @property
    def reserve(self) -> int:
        """Bytes that uploads leave alone."""
        return min(int(self.total * RESERVE_SHARE), RESERVE_MOST)

    @property
    def is_unknown(self) -> bool:
        """Some file systems (FUSE, some network shares) do not tell their size."""
        return self.total == 0

    @property
    def for_uploads(self) -> int:
        """Bytes that uploads may still take."""
        return max(self.free - self.reserve, 0)


def measure(directory: Path) -> DiskSpace:
    """The space of the file system of `directory`. Raises OSError."""
    found = os.statvfs(directory)
    return DiskSpace(total=found.f_blocks * found.f_frsize, free=found.f_bavail * found.f_frsize)


def require_room(directory: Path, size: int = 0) -> None:
    """Raises StorageFull where an upload's next `size` bytes in `directory` would need the
    reserve."""
    with map_disk_errors():
        space = measure(directory)
    if not space.is_unknown and space.for_uploads <= size:
        raise StorageFull(
            Message(
                "The archive’s disk is nearly full; what is left is kept for the documents that "
                "are in the archive. They can be read, corrected and found as before. Free some "
                "space or move the data directory to a larger disk, then upload the file again."
            )
        )


def describe_shortage(space: DiskSpace) -> Message | None:
    """A sentence for an administrator where uploads are refused or soon will be: where less than
    two of the largest uploads fit."""
    if space.is_unknown or space.for_uploads >= 2 * settings.OCRSITE_MAX_UPLOAD_BYTES:
        return None
    if space.for_uploads:
        return Message(
            "The storage is nearly full: {left} MB are left for uploads. Free some space or move "
            "the data directory to a larger disk.",
            left=space.for_uploads // 2**20,
        )
    return Message(
        "The storage is full: uploads are refused, and the last {left} MB are kept for the "
        "documents that are in the archive. Free some space or move the data directory to a "
        "larger disk.",
        left=space.free // 2**20,
    )
