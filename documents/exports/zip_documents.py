"""One file of each of many documents as a zip that is sent while it is built."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from django.db.models import QuerySet, Sum

from documents.errors import ArchiveError, DownloadTooLarge, InvalidRequest
from documents.exports.downloads import RESULT_TYPES, Download, get_original, get_result
from documents.files.content import Content
from documents.messages import Message
from documents.models import Document

#: A download occupies a web thread until it ends.
MOST_DOCUMENTS = 500
MOST_BYTES = 4 * 2**30

ORIGINAL = "original"
#: What a zip can have of each document, and how the zip is called.
ZIP_KINDS = {ORIGINAL: "originals", **{kind: f"{kind}-files" for kind in RESULT_TYPES}}

#: Documents whose rows are in memory at once.
_BATCH = 50


def zip_documents(
    documents: QuerySet[Document], ids: Sequence[uuid.UUID], kind: str
) -> Iterator[bytes]:
    """The bytes of a zip with the file `kind` (of ZIP_KINDS) of each of `documents` that `ids`
    name, in that order; equal names are numbered. `MISSING.txt` in it says which files there are
    not, and why.

    Raises InvalidRequest, and DownloadTooLarge above the limits, before the first byte.
    """
    if kind not in ZIP_KINDS:
        known = ", ".join(ZIP_KINDS)
        message = Message("{field} is one of {choices}.", field="kind", choices=known)
        raise InvalidRequest.for_field("kind", message)
    ids = list(dict.fromkeys(ids))
    if len(ids) > MOST_DOCUMENTS:
        raise _too_large()
    size = documents.filter(id__in=ids).aggregate(size=Sum("size"))["size"] or 0
    if kind == ORIGINAL and size > MOST_BYTES:
        raise _too_large()
    return _zip(documents, ids, kind)


def _too_large() -> DownloadTooLarge:
    return DownloadTooLarge(
        Message(
            "At most {documents} documents or {size} GB in one download. Select fewer.",
            documents=MOST_DOCUMENTS,
            size=MOST_BYTES // 2**30,
        )
    )


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


def _zip(documents: QuerySet[Document], ids: Sequence[uuid.UUID], kind: str) -> Iterator[bytes]:
    output = _ChunkBuffer()
    used: set[str] = set()
    missing: list[str] = []
    # Originals are PDFs and images, which are compressed already.
    method = zipfile.ZIP_STORED if kind == ORIGINAL else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(output, "w", method) as target:
        for document in _load(documents, ids):
            try:
                download = _find_file(document, kind)
                content = download.open()
            except ArchiveError as error:
                missing.append(f"{document.filename}\t{document.id}\t{error.translated()}")
                continue
            try:
                name = _choose_name(download.filename, used)
                yield from _write_member(target, output, name, method, content)
            finally:
                content.close()
        if missing:
            target.writestr("MISSING.txt", "\n".join(missing) + "\n")
    yield output.take()


def _load(documents: QuerySet[Document], ids: Sequence[uuid.UUID]) -> Iterator[Document]:
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        found = documents.in_bulk(batch)
        yield from (found[id_] for id_ in batch if id_ in found)


def _find_file(document: Document, kind: str) -> Download:
    return get_original(document) if kind == ORIGINAL else get_result(document, kind)


def _write_member(
    target: zipfile.ZipFile, output: _ChunkBuffer, name: str, method: int, content: Content
) -> Iterator[bytes]:
    facts = zipfile.ZipInfo(name)
    facts.compress_type = method
    with target.open(facts, "w", force_zip64=True) as member:
        for chunk in content.read_range(0, content.size):
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
