"""Whether an office file is protected by a password; looked at where it could not be opened.

Sources: ODF 1.3 part 2, 4.8 (`manifest:encryption-data`), MS-DOC 2.5.2 (fEncrypted), MS-XLS
2.4.117 (FilePass), MS-OFFCRYPTO 2.3 (streams of encrypted packages and presentations).
"""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

from documents.errors import ConversionFailed, PasswordNeeded
from documents.messages import Message

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Streams of files that are encrypted as a whole.
_STREAMS = ("EncryptedPackage", "EncryptedSummary")
#: Bytes that are looked at.
_MOST = 16 * 2**20


def refuse_protected(path: Path) -> None:
    """Raises PasswordNeeded where the file needs one, ConversionFailed where it would not help;
    OSError."""
    if zipfile.is_zipfile(path):
        if _is_protected_odf(path):
            raise ConversionFailed(
                Message(
                    "The file is protected by a password. OpenDocument files can’t be opened with "
                    "one here: upload a copy without it."
                )
            )
        protected = False
    else:
        with path.open("rb") as file:
            data = file.read(_MOST)
        protected = data.startswith(_OLE) and _is_protected_ole(data)
    if protected:
        raise password_needed()


def password_needed() -> PasswordNeeded:
    return PasswordNeeded(
        Message(
            "The file is protected by a password. Give it on the document’s page, or upload a copy "
            "without one."
        )
    )


def _is_protected_odf(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as package, package.open("META-INF/manifest.xml") as file:
            return b"encryption-data" in file.read(2**20)
    except (KeyError, OSError, ValueError, RuntimeError, zipfile.BadZipFile, NotImplementedError):
        return False


def _is_protected_ole(data: bytes) -> bool:
    if any(name.encode("utf-16-le") in data for name in _STREAMS):
        return True
    for start in range(512, len(data) - 64, 512):
        magic, flags = struct.unpack_from("<H8xH", data, start)
        if magic == 0xA5EC and flags & 0x0100:
            return True
        # A workbook begins with BOF (2057); FilePass (47) is among the first records.
        if magic == 2057 and _has_record(data, start, 47):
            return True
    return False


def _has_record(data: bytes, start: int, wanted: int) -> bool:
    for _ in range(6):
        if start + 4 > len(data):
            return False
        kind, size = struct.unpack_from("<HH", data, start)
        if kind == wanted:
            return True
        start += 4 + size
    return False
