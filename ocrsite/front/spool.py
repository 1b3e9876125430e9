"""Where a body lies between the event loop and Django: in memory, or in a file without a name.

The file is in the archive's staging directory, on the disk that will keep the upload. It never has
a name (O_TMPFILE), so it is gone with its last descriptor, whatever ends the process.
"""

from __future__ import annotations

import io
import tempfile
from typing import IO

from documents.files.disk_errors import map_disk_errors
from documents.files.disk_space import require_room
from documents.files.storage import archive

#: Bytes up to which a body stays in memory.
IN_MEMORY = 2**20
#: Bytes that are collected before they are written to the file.
PIECE = 512 * 1024


class Spool:
    """A body that is being written, then read once."""

    def __init__(self) -> None:
        self.size = 0
        self._collected: list[bytes] = []
        self._collected_size = 0
        self._file: IO[bytes] | None = None

    def collect(self, piece: bytes) -> bool:
        """Keep `piece` in memory; whether so much is there that `write` is due."""
        self.size += len(piece)
        self._collected.append(piece)
        self._collected_size += len(piece)
        return self._collected_size > (IN_MEMORY if self._file is None else PIECE)

    def take_collected(self) -> list[bytes]:
        """What was collected; the caller writes it."""
        taken, self._collected, self._collected_size = self._collected, [], 0
        return taken

    def write(self, pieces: list[bytes]) -> None:
        """Append `pieces` to the file. Waits for the disk; in one thread at a time.

        Raises StorageFull.
        """
        rest = memoryview(b"".join(pieces))
        with map_disk_errors():
            require_room(archive().staging, len(rest))
            if self._file is None:
                self._file = tempfile.TemporaryFile(  # noqa: SIM115 - closed by `close`
                    dir=archive().staging, buffering=0
                )
            while rest:  # a raw file may write only a part
                rest = rest[self._file.write(rest) :]

    def open(self) -> IO[bytes]:
        """The whole body, from its start. Waits for the disk. Raises StorageFull."""
        collected = self.take_collected()
        if self._file is None:
            self._file = io.BytesIO(b"".join(collected))
        else:
            self.write(collected)
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Forget the body. Harmless when it is called again."""
        self._collected = []
        if self._file is not None:
            self._file.close()
