"""Archives for tests, made on the spot."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal

import libarchive

PDF = b"%PDF-1.4 "


def make_zip(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def make_tar(
    files: Mapping[str, bytes], mode: Literal["w", "w:gz", "w:bz2", "w:xz"] = "w"
) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in files.items():
            facts = tarfile.TarInfo(name)
            facts.size = len(content)
            archive.addfile(facts, io.BytesIO(content))
    return out.getvalue()


def make_by_libarchive(
    path: Path, format_name: str, files: Mapping[str, bytes], **options: str
) -> None:
    with libarchive.file_writer(str(path), format_name, **options) as archive:
        for name, content in files.items():
            archive.add_file_from_memory(name, len(content), content)


def make_rar5(files: Mapping[str, bytes], locked: Collection[str] = ()) -> bytes:
    """A RAR archive of version 5 whose files are stored. Those of `locked` say that they are
    encrypted; what they hold is as good as any."""
    encryption = (
        _number(0) + _number(0) + bytes(1 + 16 + 16)
    )  # version, flags, rounds, salt, vector
    record = _number(1) + encryption
    out = b"Rar!\x1a\x07\x01\x00" + _block(1, 0, _number(0))
    for name, content in files.items():
        extra = _number(len(record)) + record if name in locked else b""
        facts = (0x04, len(content), 0o100644)
        body = b"".join(map(_number, facts)) + struct.pack("<I", zlib.crc32(content))
        body += _number(0) + _number(1) + _number(len(name.encode())) + name.encode()
        out += _block(2, 2 | bool(extra), body, extra, content)
    return out + _block(5, 0, _number(0))


def _block(kind: int, flags: int, body: bytes, extra: bytes = b"", data: bytes = b"") -> bytes:
    head = _number(kind) + _number(flags)
    if flags & 1:
        head += _number(len(extra))
    if flags & 2:
        head += _number(len(data))
    head += body + extra
    sized = _number(len(head)) + head
    return struct.pack("<I", zlib.crc32(sized)) + sized + data


def _number(value: int) -> bytes:
    out = bytearray()
    while True:
        value, byte = value >> 7, value & 0x7F
        out.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(out)
