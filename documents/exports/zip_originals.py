"""Many originals as one zip, sent while it is built: only a chunk is in memory."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import BinaryIO

from documents.files.keys import original_key
from documents.files.storage import archive

CHUNK_BYTES = 256 * 1024


class _ChunkBuffer(io.RawIOBase):
    """The zip's output: keeps bytes until `take`; can't seek."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        return len(part)

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def zip_originals(originals: Iterable[tuple[uuid.UUID, str]]) -> Iterator[bytes]:
    """The bytes of a zip of `(document id, file name)`; equal names are numbered.

    Not compressed, as PDFs and images already are. `MISSING.txt` in it lists missing originals.
    """
    output = _ChunkBuffer()
    used: set[str] = set()
    missing: list[str] = []
    with zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as target:
        for document_id, filename in originals:
            try:
                source = archive().open(original_key(document_id, filename))
            except FileNotFoundError:
                missing.append(f"{filename}\t{document_id}")
                continue
            with source:
                yield from _write_member(target, output, _choose_name(filename, used), source)
        if missing:
            target.writestr("MISSING.txt", "\n".join(missing) + "\n")
    yield output.take()


def _write_member(
    target: zipfile.ZipFile, output: _ChunkBuffer, name: str, source: BinaryIO
) -> Iterator[bytes]:
    with target.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
        while chunk := source.read(CHUNK_BYTES):
            member.write(chunk)
            yield output.take()


def _choose_name(filename: str, used: set[str]) -> str:
    path = PurePath(filename)
    name, number = filename, 1
    while name.casefold() in used:
        number += 1
        name = f"{path.stem} ({number}){path.suffix}"
    used.add(name.casefold())
    return name
