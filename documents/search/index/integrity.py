"""Whether the files of a generation are whole, by the footer at the end of each.

Tantivy's footer is JSON with the CRC-32 of what is before it; its length and a magic number follow,
both unsigned 32-bit little-endian integers (tantivy, directory/footer.rs).
"""

from __future__ import annotations

import errno
import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from documents.search.index import vocabulary

_MAGIC = 1337
_END = struct.Struct("<II")
_CHUNK = 2**20


def cut_files(generation: Path) -> list[str]:
    """The files that end too early: quick, it looks at their last bytes only. Raises ValueError,
    OSError where that can't be known."""
    return [path.name for path in _files(generation) if _footer(path) is None]


def damaged_files(generation: Path) -> list[str]:
    """The files whose content is not what was written: all of it is read."""
    return [path.name for path in _files(generation) if not _is_whole(path)]


def _files(generation: Path) -> Iterator[Path]:
    """Those of the segments that are in use, of the pages' index and of the words'. Raises
    ValueError, OSError where that is unknown."""
    for index in (generation, vocabulary.directory_of(generation)):
        yield from _files_of(index)


def _files_of(index: Path) -> Iterator[Path]:
    meta = json.loads((index / "meta.json").read_text(encoding="utf-8"))
    segments = {segment["segment_id"].replace("-", "") for segment in meta["segments"]}
    for path in sorted(index.iterdir()):
        if path.name.partition(".")[0] in segments and path.suffix != ".temp":
            yield path


def _footer(path: Path) -> tuple[int, int] | None:
    """The CRC-32 and the length of what is before the footer; None where it has none. A file that
    was merged into another meanwhile is not missed."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(size - _END.size, 0))
            length, magic = _END.unpack(file.read())
            if magic != _MAGIC or length + _END.size > size:
                return None
            file.seek(size - _END.size - length)
            said = json.loads(file.read(length))
            return int(said["crc"]), size - _END.size - length
    except FileNotFoundError:
        return 0, 0
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
            raise  # this says nothing of the file
        return None
    except (ValueError, KeyError, struct.error):
        return None


def _is_whole(path: Path) -> bool:
    footer = _footer(path)
    if footer is None:
        return False
    crc, rest = 0, footer[1]
    try:
        with path.open("rb") as file:
            while rest and (chunk := file.read(min(_CHUNK, rest))):
                crc, rest = zlib.crc32(chunk, crc), rest - len(chunk)
    except FileNotFoundError:
        return True
    return crc == footer[0] or footer == (0, 0)
