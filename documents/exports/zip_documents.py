"""Files of many documents as a zip that is sent while it is built: only a chunk is in memory."""

from __future__ import annotations

import contextlib
import io
import time
import uuid
import zipfile
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Union

from django.db.models import QuerySet, Sum

from documents.errors import ArchiveError, DownloadTooLarge, ExportFailed, InvalidRequest
from documents.exports.downloads import RESULT_TYPES, Download, get_original, get_result
from documents.exports.export_kinds import EXPORT_TYPES
from documents.files.content import Content
from documents.messages import Message
from documents.models import Document

MOST_DOCUMENTS = 10_000
MOST_BYTES = 100 * 2**30

ORIGINAL = "original"
#: What a zip can have of each document, and how the zip is called.
ZIP_KINDS = {
    ORIGINAL: "originals",
    **{kind: f"{kind}-files" for kind in (*RESULT_TYPES, *EXPORT_TYPES)},
}
#: Compressed already.
_STORED = frozenset({ORIGINAL, "pdf", "docx", "xlsx", "md.zip"})

#: Documents whose rows are in memory at once, and how many ahead files are asked to be made.
_BATCH, _AHEAD = 50, 8
#: Seconds between two looks for a file that is being made, and after which it is left out.
_PAUSE, _LONGEST = 0.05, 300.0

#: The file of a kind that is made on request; None while it is being made.
Prepare = Callable[[Document, str], Union[Download, None]]  # noqa: UP007 - evaluated on Python 3.10


def zip_documents(
    documents: QuerySet[Document],
    ids: Sequence[uuid.UUID],
    kinds: Sequence[str],
    prepare: Prepare,
    folders: Mapping[uuid.UUID, str] | None = None,
) -> Iterator[bytes]:
    """The bytes of a zip with the files of `kinds` (of ZIP_KINDS) of each of `documents` that `ids`
    name, in that order; equal names are numbered. `folders`: in which folder of the zip a document
    lies ("a/b"), where in one. `MISSING.txt` in it says which files there are
    not, and why.

    A piece without bytes says that the next file is being made: come back in a moment. Raises
    InvalidRequest, and DownloadTooLarge above the limits, before the first byte.
    """
    unknown = [kind for kind in kinds if kind not in ZIP_KINDS]
    if unknown or not kinds:
        known = ", ".join(ZIP_KINDS)
        message = Message("{field} is one of {choices}.", field="format", choices=known)
        raise InvalidRequest.for_field("format", message)
    ids = list(dict.fromkeys(ids))
    if len(ids) > MOST_DOCUMENTS:
        raise _too_large()
    if ORIGINAL in kinds and _sum_sizes(documents, ids) > MOST_BYTES:
        raise _too_large()
    return _zip(documents, ids, list(dict.fromkeys(kinds)), prepare, folders or {})


def zip_name(kinds: Sequence[str]) -> str:
    return f"{ZIP_KINDS[kinds[0]] if len(kinds) == 1 else 'documents'}.zip"


def _sum_sizes(documents: QuerySet[Document], ids: Sequence[uuid.UUID]) -> int:
    return sum(
        documents.filter(id__in=ids[start : start + 500]).aggregate(size=Sum("size"))["size"] or 0
        for start in range(0, len(ids), 500)
    )


def _too_large() -> DownloadTooLarge:
    return DownloadTooLarge(
        Message(
            "At most {documents} documents or {size} GB in one download. Select fewer.",
            documents=MOST_DOCUMENTS,
            size=MOST_BYTES // 2**30,
        )
    )


class _ChunkBuffer(io.RawIOBase):
    """The zip's output: keeps bytes until `take`; can't seek.

    Never closed: a zip that nobody reads to its end writes its last bytes when it is collected,
    maybe after this has been.
    """

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        return len(part)

    def close(self) -> None:
        pass

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def _zip(
    documents: QuerySet[Document],
    ids: Sequence[uuid.UUID],
    kinds: Sequence[str],
    prepare: Prepare,
    folders: Mapping[uuid.UUID, str],
) -> Iterator[bytes]:
    output = _ChunkBuffer()
    used: set[str] = set()
    missing: list[str] = []
    with zipfile.ZipFile(output, "w") as target:
        for document, kind in _look_ahead(_load(documents, ids), kinds, prepare):
            content = None
            try:
                download = yield from _wait_for(document, kind, prepare)
                content = download.open()
            except ArchiveError as error:
                missing.append(f"{document.filename}\t{kind}\t{document.id}\t{error.translated()}")
                continue
            try:
                path = PurePosixPath(folders.get(document.id, ""), download.filename)
                name = _choose_name(path, used)
                method = zipfile.ZIP_STORED if kind in _STORED else zipfile.ZIP_DEFLATED
                yield from _write_member(target, output, name, method, content)
            finally:
                content.close()
        if missing:
            target.writestr("MISSING.txt", "\n".join(missing) + "\n")
    yield output.take()


def _look_ahead(
    documents: Iterator[Document], kinds: Sequence[str], prepare: Prepare
) -> Iterator[tuple[Document, str]]:
    """Each document with each kind; files of the next ones are asked to be made meanwhile."""
    ahead: deque[tuple[Document, str]] = deque()
    for document in documents:
        for kind in kinds:
            if kind in EXPORT_TYPES:
                with contextlib.suppress(ArchiveError):  # it is told where the file is due
                    prepare(document, kind)
            ahead.append((document, kind))
        while len(ahead) > _AHEAD:
            yield ahead.popleft()
    yield from ahead


def _wait_for(document: Document, kind: str, prepare: Prepare) -> Generator[bytes, None, Download]:
    """The file, with empty pieces while it is being made. Raises ArchiveError."""
    if kind == ORIGINAL:
        return get_original(document)
    if kind in RESULT_TYPES:
        return get_result(document, kind)
    deadline = time.monotonic() + _LONGEST
    while (download := prepare(document, kind)) is None:
        if time.monotonic() > deadline:
            raise ExportFailed(document=document.id)
        time.sleep(_PAUSE)
        yield b""
    return download


def _load(documents: QuerySet[Document], ids: Sequence[uuid.UUID]) -> Iterator[Document]:
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        found = documents.in_bulk(batch)
        yield from (found[id_] for id_ in batch if id_ in found)


def _write_member(
    target: zipfile.ZipFile, output: _ChunkBuffer, name: str, method: int, content: Content
) -> Iterator[bytes]:
    facts = zipfile.ZipInfo(name)
    facts.compress_type = method
    with target.open(facts, "w", force_zip64=True) as member:
        for chunk in content.read_range(0, content.size):
            member.write(chunk)
            yield output.take()


def _choose_name(path: PurePosixPath, used: set[str]) -> str:
    name, number = str(path), 1
    while name.casefold() in used:
        number += 1
        name = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
    used.add(name.casefold())
    return name
