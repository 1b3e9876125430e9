"""Incoming bytes: written to disk once, hashed and measured on the way.

`StagingUploadHandler` is Django's upload handler for the whole site, so that a multipart upload
is never in memory as a whole and never copied; `stage` does the same for other sources of bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import uuid
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from documents.errors import FileTooLarge
from documents.files.disk_errors import map_disk_errors
from documents.files.disk_space import require_room
from documents.files.sniff import HEAD_BYTES
from documents.files.storage import archive
from documents.messages import Message

#: Bytes between two looks at the room that is left on the disk.
_LOOK_EVERY = 2**20


class StagedFile:
    """A file in the archive's staging directory. `head`: its first bytes, for `sniff`; `size` in
    bytes.

    It never takes the last room on the disk (see `disk_space`): creating it and writing to it raise
    StorageFull before that.

    The caller discards it or moves it away; `discard` is harmless afterwards. A file that is
    forgotten (the client broke off) is removed with its last reference.
    """

    def __init__(self) -> None:
        self.path: Path = archive().staging / f"upload-{uuid.uuid4().hex}"
        self.size = 0
        self.head = b""
        self._hash = hashlib.sha256()
        self._next_look = _LOOK_EVERY
        require_room(self.path.parent)
        with map_disk_errors():
            self._file = self.path.open("xb")
        weakref.finalize(self, self.path.unlink, missing_ok=True)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def write(self, chunk: bytes) -> None:
        """Raises FileTooLarge past the site's limit, StorageFull; then the file is removed."""
        self.size += len(chunk)
        if self.size > settings.OCRSITE_MAX_UPLOAD_BYTES:
            self.discard()
            raise file_too_large()
        if self.size >= self._next_look:
            self._next_look = self.size + _LOOK_EVERY
            self._require_room(len(chunk))
        if len(self.head) < HEAD_BYTES:
            self.head += chunk[: HEAD_BYTES - len(self.head)]
        self._hash.update(chunk)
        with map_disk_errors():
            self._file.write(chunk)

    def _require_room(self, size: int) -> None:
        try:
            require_room(self.path.parent, size)
        except BaseException:
            self.discard()
            raise

    def close(self) -> None:
        """Raises StorageFull."""
        with map_disk_errors():
            self._file.close()

    def discard(self) -> None:
        # On a full disk even closing fails, for what is still buffered; remove the file anyway.
        with contextlib.suppress(OSError):
            self._file.close()
        self.path.unlink(missing_ok=True)


def file_too_large() -> FileTooLarge:
    limit = settings.OCRSITE_MAX_UPLOAD_BYTES // 2**20
    return FileTooLarge(
        Message(
            "The file is larger than {limit} MB, the most this archive accepts. Split it, or ask "
            "the administrator to raise OCRSITE_MAX_UPLOAD_MB.",
            limit=limit,
        )
    )


def stage(chunks: Iterable[bytes]) -> StagedFile:
    """Write `chunks` into a new staged file.

    Raises FileTooLarge, StorageFull, and leaves nothing behind then.
    """
    staged = StagedFile()
    try:
        for chunk in chunks:
            staged.write(chunk)
        staged.close()
    except BaseException:
        staged.discard()
        raise
    return staged


class StagedUpload(UploadedFile):
    """An uploaded file in `request.FILES`; its bytes are in `staged`."""

    def __init__(self, staged: StagedFile, **kwargs: Any) -> None:
        super().__init__(staged.path.open("rb"), size=staged.size, **kwargs)
        self.staged = staged

    def close(self) -> None:
        """Called by Django when the request ends: removes the file unless an action moved it."""
        super().close()
        self.staged.discard()


class StagingUploadHandler(FileUploadHandler):
    """Streams every uploaded file into the staging directory."""

    chunk_size = 256 * 1024

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Raises SkipFile where no user is logged in: Django reads any form's body for its CSRF
        token, and an anonymous client must not fill the disk by that."""
        super().new_file(*args, **kwargs)
        user = getattr(self.request, "user", None)
        if user is not None and not user.is_authenticated:
            raise SkipFile
        self.staged = StagedFile()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.staged.write(raw_data)

    def file_complete(self, file_size: int) -> StagedUpload:
        self.staged.close()
        return StagedUpload(
            self.staged,
            name=self.file_name,
            content_type=self.content_type,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )

    def upload_interrupted(self) -> None:
        if hasattr(self, "staged"):
            self.staged.discard()
