"""The members of an archive (zip, rar, 7z, tar, compressed files), by libarchive, in the child.

Only the formats named here are tried: libarchive knows some that name files outside the archive.
Nothing is written anywhere; a member is asked for by its number and leaves in pieces.
"""

from __future__ import annotations

import contextlib
import locale
import os
from collections.abc import Iterator
from typing import Any, BinaryIO

import libarchive
from libarchive import ffi
from libarchive.read import ArchiveRead

from documents.errors import DamagedFile, EncryptedArchive, PasswordNeeded, ReadingError
from documents.messages import Message

from .member_paths import clean_path, decode_path
from .piecewise import PieceReader
from .rar_locks import find_locked
from .rar_parts import is_rar_part

_FORMATS = ("zip", "rar", "rar5", "7zip", "tar")
_FILTERS = ("gzip", "bzip2", "xz", "lzma", "zstd", "compress")
#: MIME types of one compressed file, which need not be an archive.
_COMPRESSED = ("application/gzip", "application/x-bzip2", "application/x-xz", "application/zstd")
_BLOCK = 64 * 1024

_ENCRYPTED = ("passphrase", "encrypt", "crypto codec")
#: How libarchive says that it lacks something ("RAR solid archive support unavailable").
_NOT_KNOWN = ("unavailable", "unsupported", "not supported")


def prepare() -> None:
    """What libarchive needs before the jail closes: names in UTF-8 need a locale that has it."""
    for name in ("C.UTF-8", "en_US.UTF-8"):
        with contextlib.suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, name)
            return


class ArchiveMembers:
    """The members of the archive in `stream`, numbered from 0. Raises ReadingError."""

    def __init__(self, stream: BinaryIO, mime_type: str, password: str = "") -> None:
        """`password`: of its encrypted members; libarchive decrypts those of zip files only."""
        self._stream, self._mime_type, self._password = stream, mime_type, password
        self._is_part = is_rar_part(os.pread(stream.fileno(), 64, 0))  # its buffer stays empty
        self._locked = find_locked(stream.fileno())
        self._open = contextlib.ExitStack()
        self._entries: Iterator[Any] | None = None
        self._entry: Any = None
        self._index, self._is_begun = -1, False
        self._reader = PieceReader(self._open_blocks)

    def close(self) -> None:
        self._open.close()
        self._entries = self._entry = None
        self._index = -1
        self._reader = PieceReader(self._open_blocks)

    def describe(self, index: int) -> dict[str, Any] | None:
        """`path` (cleaned), `size` in bytes (None: not said), `is_file`, `encrypted`; None behind
        the last member."""
        if not self._go_to(index):
            return None
        entry = self._entry
        return {
            "path": clean_path(_raw_path(entry)),
            "size": entry.size if ffi.entry_size_is_set(entry._entry_p) else None,
            "is_file": bool(entry.isreg) and not entry.islnk,
            "encrypted": index in self._locked or _is_encrypted(entry),
            "note": "",
        }

    def read(self, index: int, offset: int, size: int) -> bytes:
        """At most `size` bytes of a member, from `offset`; fewer only at its end."""
        with self._readable():
            return self._reader.read(index, offset, size)

    def _open_blocks(self, index: int) -> Iterator[bytes]:
        if self._is_begun and index == self._index:
            reader = self._reader
            self.close()
            self._reader = reader
        if not self._go_to(index):
            raise DamagedFile(
                Message(
                    "The archive is damaged: a member of it has gone. "
                    "Pack its files again, or upload them one by one."
                )
            )
        self._is_begun = True
        return iter(self._entry.get_blocks(_BLOCK))

    def _go_to(self, index: int) -> bool:
        if index < self._index:
            self.close()
        with self._readable():
            if self._entries is None:
                self._entries = iter(self._start())
            while self._index < index:
                self._entry = next(self._entries, None)
                self._is_begun = False
                if self._entry is None:
                    return False
                self._index += 1
        return True

    @contextlib.contextmanager
    def _readable(self) -> Iterator[None]:
        """Raise what libarchive reports as errors of the file."""
        try:
            yield
        except libarchive.ArchiveError as error:
            raise _explain(
                str(error.msg or ""),
                self._mime_type,
                is_part=self._is_part,
                is_locked=bool(self._locked),
            ) from None

    def _start(self) -> Any:
        archive = ffi.read_new()
        self._open.callback(ffi.read_free, archive)
        for name in _FILTERS:
            ffi.get_read_filter_function(name)(archive)
        for name in (*_FORMATS, *(("raw",) if self._mime_type in _COMPRESSED else ())):
            ffi.get_read_format_function(name)(archive)
        if self._password:
            ffi.read_add_passphrase(archive, self._password.encode())
        self._stream.seek(0)
        ffi.read_open_fd(archive, self._stream.fileno(), _BLOCK)
        return ArchiveRead(archive)


def _explain(text: str, mime_type: str, *, is_part: bool, is_locked: bool) -> ReadingError:
    """The error for what libarchive says. `is_part`: see `is_rar_part`; `is_locked`: the archive
    has files that it can't decrypt, and stumbles over them."""
    if is_locked or any(word in text.lower() for word in _ENCRYPTED):
        if mime_type != "application/zip":
            return EncryptedArchive(
                Message(
                    "The archive is protected by a password. Passwords of 7z and RAR archives "
                    "can’t be used here: unpack it on your computer and upload the files."
                )
            )
        return PasswordNeeded(
            Message(
                "The archive is protected by a password. Give it on the archive’s page, or unpack "
                "it and upload its files."
            )
        )
    problem = text.encode("ascii", "replace").decode()[:200].rstrip(".")
    if is_part:
        return DamagedFile(
            Message(
                "It is one of several parts of an archive, which can be opened only together: "
                "unpack them and upload the files."
            )
        )
    if any(word in text.lower() for word in _NOT_KNOWN):
        return DamagedFile(
            Message(
                "This kind of archive can’t be unpacked here ({problem}): unpack it and upload "
                "its files.",
                problem=problem,
            )
        )
    return DamagedFile(
        Message(
            "The archive is damaged: {problem}. Pack its files again, or upload them one by one.",
            problem=problem,
        )
    )


def _is_encrypted(entry: Any) -> bool:
    check = getattr(ffi, "entry_is_encrypted", None)
    if check is None:
        check = ffi.ffi("entry_is_encrypted", [ffi.c_archive_entry_p], ffi.c_int)
    return bool(check(entry._entry_p))


def _raw_path(entry: Any) -> str:
    raw = ffi.entry_pathname(entry._entry_p)
    if raw is None:
        return str(ffi.entry_pathname_w(entry._entry_p) or "")
    return decode_path(raw)
