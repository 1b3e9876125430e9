"""A form with one file, sent while it is read: a file of any size needs no memory."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

#: Called with the bytes sent so far and those in all.
Progress = Callable[[int, int], None]


class FileForm:
    """A body for `requests`: it has a length, and `read`. `fields`: names and values, repeated."""

    def __init__(
        self, path: Path, fields: Iterable[tuple[str, str]], progress: Progress | None = None
    ) -> None:
        boundary = uuid.uuid4().hex
        self.content_type = f"multipart/form-data; boundary={boundary}"
        head = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields
        )
        # The name in UTF-8 (RFC 5987), whatever letters it has.
        head += (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"; '
            f"filename*=UTF-8''{quote(path.name)}\r\n"
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        self._head = head.encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._file: BinaryIO = path.open("rb")
        self._size = os.fstat(self._file.fileno()).st_size
        self._sent = 0
        self._progress = progress

    def __len__(self) -> int:
        return len(self._head) + self._size + len(self._tail)

    def read(self, size: int = -1) -> bytes:
        """The next bytes of the body, none after its end."""
        size = 256 * 1024 if size is None or size < 0 else size
        in_file = self._sent - len(self._head)
        if in_file < 0:
            piece = self._head[self._sent : self._sent + size]
        elif in_file < self._size:
            piece = self._file.read(min(size, self._size - in_file))
            if not piece:
                raise OSError("the file became shorter while it was sent")
        else:
            start = in_file - self._size
            piece = self._tail[start : start + size]
        self._sent += len(piece)
        if self._progress is not None:
            self._progress(min(max(self._sent - len(self._head), 0), self._size), self._size)
        return piece

    def close(self) -> None:
        self._file.close()
