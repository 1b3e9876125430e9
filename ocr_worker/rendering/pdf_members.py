"""The files that a PDF carries: attachments of the document, of its pages, of a portfolio.

ISO 32000-2: 7.7.4 (the name tree EmbeddedFiles), 12.5.6.15 (annotations), 14.13 (associated files),
12.3.5 (portfolios, whose folders stand before the names as "<number>"). Runs only in the child.
"""

from __future__ import annotations

import contextlib
import re
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import pikepdf

from documents.errors import DamagedFile, DamagedPage, PasswordNeeded
from documents.messages import Message

from .member_paths import clean_path
from .piecewise import PieceReader

#: Files of one PDF that are looked at, and pages whose annotations are.
_MOST_FILES, _MOST_PAGES = 5_000, 5_000
_FOLDER = re.compile(r"^<(\d+)>")
_BLOCK = 2**20
_FAILURES = (pikepdf.PdfError, ValueError, TypeError, LookupError, AttributeError, zlib.error)


class PdfMembers:
    """The files in the PDF in `stream`, numbered from 0; none where it has none.

    Raises ReadingError.
    """

    def __init__(self, stream: BinaryIO) -> None:
        stream.seek(0)
        try:
            self._pdf = pikepdf.open(stream, suppress_warnings=True)
        except pikepdf.PasswordError:
            raise PasswordNeeded(
                Message(
                    "The PDF opens only with a password. "
                    "Give it on the document’s page, or upload a copy without one."
                )
            ) from None
        except _FAILURES:
            raise DamagedFile(
                Message(
                    "The file is damaged: it is no PDF. "
                    "Export it again from the program that made it, or scan the paper again."
                )
            ) from None
        self._files: list[tuple[str, Any]] = []
        with contextlib.suppress(*_FAILURES, RecursionError):
            self._find()
        self._reader = PieceReader(self._blocks)

    def close(self) -> None:
        self._pdf.close()

    def describe(self, index: int) -> dict[str, Any] | None:
        """As `ArchiveMembers.describe`."""
        if index >= len(self._files):
            return None
        name, stream = self._files[index]
        size: int | None = None
        with contextlib.suppress(*_FAILURES):
            size = int(stream.Params.Size)
        return {
            "path": name,
            "size": size if size is not None and size >= 0 else None,
            "is_file": True,
            "encrypted": False,
            "note": "",
        }

    def read(self, index: int, offset: int, size: int) -> bytes:
        """As `ArchiveMembers.read`."""
        try:
            return self._reader.read(index, offset, size)
        except _FAILURES as error:
            problem = str(error)[:200]
            raise DamagedPage(
                Message(
                    "The file can’t be taken out of the PDF: {problem}. "
                    "Save it from the PDF in a viewer and upload it by itself.",
                    problem=problem,
                )
            ) from None

    def _blocks(self, index: int) -> Iterator[bytes]:
        stream = self._files[index][1]
        filters = stream.get("/Filter")
        if isinstance(filters, pikepdf.Array) and len(filters) == 1:
            filters = filters[0]
        if filters is None:
            yield bytes(stream.read_raw_bytes())
        elif filters == pikepdf.Name.FlateDecode and stream.get("/DecodeParms") is None:
            yield from _inflate(bytes(stream.read_raw_bytes()))
        else:
            yield bytes(stream.read_bytes())

    def _find(self) -> None:
        folders = self._read_folders()
        seen: set[tuple[int, int]] = set()
        for key, specification in self._specifications():
            if len(self._files) >= _MOST_FILES:
                return
            with contextlib.suppress(*_FAILURES):
                embedded = specification.EF
                stream = next(
                    embedded[name] for name in ("/UF", "/F", "/DOS", "/Unix", "/Mac")
                    if name in embedded
                )  # fmt: skip
                if not isinstance(stream, pikepdf.Stream):
                    continue
                if stream.objgen != (0, 0):
                    if stream.objgen in seen:
                        continue
                    seen.add(stream.objgen)
                self._files.append((_name(key, specification, folders), stream))

    def _specifications(self) -> Iterator[tuple[str, Any]]:
        root = self._pdf.Root
        with contextlib.suppress(*_FAILURES):
            for key, value in pikepdf.NameTree(root.Names.EmbeddedFiles).items():
                yield str(key), value
        with contextlib.suppress(*_FAILURES):
            for value in root.get("/AF", ()):
                yield "", value
        for page in self._pdf.pages[:_MOST_PAGES]:
            with contextlib.suppress(*_FAILURES):
                for annotation in page.obj.get("/Annots", ()):
                    if annotation.get("/Subtype") == pikepdf.Name.FileAttachment:
                        yield "", annotation.FS

    def _read_folders(self) -> dict[int, str]:
        """The paths of a portfolio's folders by their numbers."""
        found: dict[int, str] = {}
        with contextlib.suppress(*_FAILURES):
            waiting = [(self._pdf.Root.Collection.Folders, "")]
            while waiting and len(found) < 1000:
                folder, above = waiting.pop()
                name = str(folder.get("/Name", ""))
                # The folder that holds all others has no name that people know.
                path = f"{above}/{name}" if found else ""
                found[int(folder.ID)] = path
                if "/Next" in folder:
                    waiting.append((folder.Next, above))
                if "/Child" in folder:
                    waiting.append((folder.Child, path))
        return found


def _name(key: str, specification: Any, folders: dict[int, str]) -> str:
    given = str(specification.get("/UF") or specification.get("/F") or key)
    folder = _FOLDER.match(key)
    path = folders.get(int(folder[1]), "") if folder else ""
    name = _FOLDER.sub("", given)
    return clean_path(f"{path}/{name}") or clean_path(_FOLDER.sub("", key)) or "attachment"


def _inflate(data: bytes) -> Iterator[bytes]:
    """What zlib unpacks, in blocks: however much it is, only one is in memory."""
    unpacking = zlib.decompressobj()
    while data and not unpacking.eof:
        block = unpacking.decompress(data, _BLOCK)
        data = unpacking.unconsumed_tail
        if block:
            yield block
    if rest := unpacking.flush(_BLOCK):
        yield rest
