"""The file of an upload that arrives in pieces, in the staging directory of this machine."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

from documents.files.disk_errors import map_disk_errors
from documents.files.disk_space import require_room
from documents.files.storage import archive

_PIECE = 2**20


def append(session_id: uuid.UUID, offset: int, pieces: Iterable[bytes], most: int) -> int:
    """Write `pieces` from `offset` on, at most `most` bytes; returns how many were written and are
    on the disk. What stood there is overwritten: it was never confirmed.

    Raises FileNotFoundError where the first `offset` bytes are not on this machine; StorageFull.
    """
    path = _path(session_id)
    written = 0
    with map_disk_errors():
        require_room(path.parent)
        mode = "r+b" if offset else "w+b"
        with path.open(mode) as file:
            if os.fstat(file.fileno()).st_size < offset:
                raise FileNotFoundError(path)
            file.truncate(offset)
            file.seek(offset)
            for piece in pieces:
                require_room(path.parent, len(piece))
                part = piece[: most - written]
                file.write(part)
                written += len(part)
                if written >= most:
                    break
            file.flush()
            os.fsync(file.fileno())
    return written


def read(session_id: uuid.UUID) -> Iterator[bytes]:
    with _path(session_id).open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def remove(session_id: uuid.UUID) -> None:
    _path(session_id).unlink(missing_ok=True)


def _path(session_id: uuid.UUID) -> Path:
    return archive().staging / f"resumable-{session_id.hex}"
