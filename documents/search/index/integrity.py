"""Check the files of a generation by the footer at the end of each.

Tantivy's footer is JSON with the CRC-32 of the content before it; then come its length and a magic
number, both unsigned 32-bit little-endian integers (tantivy, directory/footer.rs).
"""

from __future__ import annotations

import errno
import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from documents.search.index.vocabulary import vocabulary_directory

_MAGIC = 1337
_TRAILER = struct.Struct("<II")
_CHUNK_BYTES = 2**20


def find_truncated_files(generation: Path) -> list[str]:
    """Name the files without a footer. Fast: it reads only their last bytes. Raises ValueError or
    OSError if the list of files cannot be read."""
    return [path.name for path in _iter_files(generation) if _read_footer(path) is None]


def find_damaged_files(generation: Path) -> list[str]:
    """Name the files with a wrong checksum. Slow: it reads them all. Raises ValueError or OSError
    if the list of files cannot be read."""
    return [path.name for path in _iter_files(generation) if not _is_intact(path)]


def _iter_files(generation: Path) -> Iterator[Path]:
    """The segment files in use, of pages and of the vocabulary."""
    for index in (generation, vocabulary_directory(generation)):
        yield from _iter_segment_files(index)


def _iter_segment_files(index: Path) -> Iterator[Path]:
    meta = json.loads((index / "meta.json").read_text(encoding="utf-8"))
    segments = {segment["segment_id"].replace("-", "") for segment in meta["segments"]}
    for path in sorted(index.iterdir()):
        if path.name.partition(".")[0] in segments and path.suffix != ".temp":
            yield path


def _read_footer(path: Path) -> tuple[int, int] | None:
    """Return the CRC-32 and the length of the content before the footer; None if the footer is
    missing. A file that was merged into another and deleted meanwhile counts as intact."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(size - _TRAILER.size, 0))
            length, magic = _TRAILER.unpack(file.read())
            if magic != _MAGIC or length + _TRAILER.size > size:
                return None
            file.seek(size - _TRAILER.size - length)
            footer = json.loads(file.read(length))
            return int(footer["crc"]), size - _TRAILER.size - length
    except FileNotFoundError:
        return 0, 0
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
            raise  # the machine's fault, not the file's
        return None
    except (ValueError, KeyError, struct.error):
        return None


def _is_intact(path: Path) -> bool:
    footer = _read_footer(path)
    if footer is None:
        return False
    crc, rest = 0, footer[1]
    try:
        with path.open("rb") as file:
            while rest and (chunk := file.read(min(_CHUNK_BYTES, rest))):
                crc, rest = zlib.crc32(chunk, crc), rest - len(chunk)
    except FileNotFoundError:
        return True
    return crc == footer[0] or footer == (0, 0)
