"""The members of an archive (zip, rar, 7z, tar, compressed files), by libarchive, in the child.

Only the formats named here are tried: libarchive knows some that name files outside the archive.
Nothing is written anywhere; a member is asked for by its number and leaves in pieces.
"""

from __future__ import annotations

import contextlib
import locale
import unicodedata
from collections.abc import Iterator
from typing import Any, BinaryIO

import libarchive
from libarchive import ffi
from libarchive.read import ArchiveRead

from documents.errors import DamagedFile, PasswordNeeded
from documents.messages import Message

_FORMATS = ("zip", "rar", "rar5", "7zip", "tar")
_FILTERS = ("gzip", "bzip2", "xz", "lzma", "zstd", "compress")
#: MIME types of one compressed file, which need not be an archive.
_COMPRESSED = ("application/gzip", "application/x-bzip2", "application/x-xz", "application/zstd")
_BLOCK = 64 * 1024
PATH_LENGTH = 1000

_ENCRYPTED = ("passphrase", "encrypt", "crypto codec")


def prepare() -> None:
    """What libarchive needs before the jail closes: names in UTF-8 need a locale that has it."""
    for name in ("C.UTF-8", "en_US.UTF-8"):
        with contextlib.suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, name)
            return


class ArchiveMembers:
    """The members of the archive in `stream`, numbered from 0. Raises ReadingError."""

    def __init__(self, stream: BinaryIO, mime_type: str) -> None:
        self._stream, self._mime_type = stream, mime_type
        self._open = contextlib.ExitStack()
        self._entries: Iterator[Any] | None = None
        self._entry: Any = None
        self._index = -1
        self._blocks: Iterator[bytes] | None = None
        self._offset, self._rest = 0, b""

    def close(self) -> None:
        self._open.close()
        self._entries = self._entry = self._blocks = None
        self._index, self._offset, self._rest = -1, 0, b""

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
            "encrypted": _is_encrypted(entry),
        }

    def read(self, index: int, offset: int, size: int) -> bytes:
        """At most `size` bytes of a member, from `offset`; fewer only at its end."""
        if self._index != index or self._blocks is None or offset < self._offset:
            if self._index == index and self._blocks is not None:
                self.close()
            if not self._go_to(index):
                raise DamagedFile(Message("The archive is damaged: a member of it has gone."))
            self._blocks, self._offset, self._rest = self._entry.get_blocks(_BLOCK), 0, b""
        while self._offset < offset:
            skipped = self._take(min(offset - self._offset, _BLOCK))
            if not skipped:
                return b""
        return self._take(size)

    def _take(self, size: int) -> bytes:
        assert self._blocks is not None
        pieces = [self._rest]
        have = len(self._rest)
        with _readable():
            while have < size and (block := next(self._blocks, b"")):
                pieces.append(block)
                have += len(block)
        data = b"".join(pieces)
        self._rest = data[size:]
        self._offset += min(size, have)
        return data[:size]

    def _go_to(self, index: int) -> bool:
        if index < self._index:
            self.close()
        with _readable():
            if self._entries is None:
                self._entries = iter(self._start())
            while self._index < index:
                self._entry = next(self._entries, None)
                self._blocks = None
                if self._entry is None:
                    return False
                self._index += 1
        return True

    def _start(self) -> Any:
        archive = ffi.read_new()
        self._open.callback(ffi.read_free, archive)
        for name in _FILTERS:
            ffi.get_read_filter_function(name)(archive)
        for name in (*_FORMATS, *(("raw",) if self._mime_type in _COMPRESSED else ())):
            ffi.get_read_format_function(name)(archive)
        self._stream.seek(0)
        ffi.read_open_fd(archive, self._stream.fileno(), _BLOCK)
        return ArchiveRead(archive)


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    """Raise what libarchive reports as errors of the file."""
    try:
        yield
    except libarchive.ArchiveError as error:
        text = str(error.msg or "")
        if any(word in text.lower() for word in _ENCRYPTED):
            raise PasswordNeeded(Message("The archive is protected by a password.")) from None
        problem = text.encode("ascii", "replace").decode()[:200]
        raise DamagedFile(Message("The archive is damaged: {problem}.", problem=problem)) from None


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


def decode_path(raw: bytes) -> str:
    """A name as its archive has it: UTF-8, or a code page of DOS (866) or Windows (1251), which
    zip files do not name. In 866 Cyrillic letters begin at 0x80, in 1251 at 0xC0."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        dos = sum(0x80 <= byte < 0xB0 for byte in raw)
        windows = sum(0xC0 <= byte < 0xE0 or byte >= 0xF0 for byte in raw)
        return raw.decode("cp866" if dos >= windows else "cp1251", "replace")


def clean_path(path: str) -> str:
    """`path` with "/" between its parts, without a root, "..", and characters nobody sees."""
    path = unicodedata.normalize("NFC", path.replace("\\", "/"))
    shown = "".join(each for each in path if unicodedata.category(each)[0] != "C")
    parts = [part.strip() for part in shown.split("/")]
    return "/".join(part for part in parts if part not in ("", ".", ".."))[:PATH_LENGTH]
