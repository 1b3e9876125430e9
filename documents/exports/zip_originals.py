"""Many originals as one zip, sent while it is made: no more than a chunk is in memory."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import BinaryIO

from documents.files.keys import original_key
from documents.files.storage import archive

CHUNK = 256 * 1024


class _Outlet(io.RawIOBase):
    """Where the zip is written to: keeps bytes until they are taken, can't seek."""

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


def zipped(originals: Iterable[tuple[uuid.UUID, str]]) -> Iterator[bytes]:
    """The bytes of a zip of `(document id, file name)`; equal names are numbered.

    Not compressed: PDFs and images are already. What is missing in the storage is named in
    `MISSING.txt`.
    """
    outlet = _Outlet()
    used: set[str] = set()
    missing: list[str] = []
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as target:
        for document_id, filename in originals:
            try:
                source = archive().open(original_key(document_id, filename))
            except FileNotFoundError:
                missing.append(f"{filename}\t{document_id}")
                continue
            with source:
                yield from _member(target, outlet, _free_name(filename, used), source)
        if missing:
            target.writestr("MISSING.txt", "\n".join(missing) + "\n")
    yield outlet.take()


def _member(
    target: zipfile.ZipFile, outlet: _Outlet, name: str, source: BinaryIO
) -> Iterator[bytes]:
    with target.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
        while chunk := source.read(CHUNK):
            member.write(chunk)
            yield outlet.take()


def _free_name(filename: str, used: set[str]) -> str:
    path = PurePath(filename)
    name, number = filename, 1
    while name.casefold() in used:
        number += 1
        name = f"{path.stem} ({number}){path.suffix}"
    used.add(name.casefold())
    return name
