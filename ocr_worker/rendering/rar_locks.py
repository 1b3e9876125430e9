"""Which files of a RAR archive of version 5 are encrypted: libarchive 3.6 does not say so. It takes
what it can't decrypt for a fault or, where it was stored, for the file.

Source: the technical note "RAR 5.0 archive format" of RARLAB. In the jailed child only.
"""

from __future__ import annotations

import os

_SIGNATURE = b"Rar!\x1a\x07\x01\x00"
_FILE, _END = 2, 5
#: Flags of a block: it has an extra area, and data behind it.
_HAS_EXTRA, _HAS_DATA = 1, 2
#: The record of an extra area that says how the file is encrypted.
_ENCRYPTION = 1
#: Blocks that are looked at, and bytes of the head of one: a name takes most of them.
_MOST_BLOCKS, _MOST_BYTES = 100_000, 2**16


def find_locked(descriptor: int) -> frozenset[int]:
    """The numbers, from 0, of the encrypted files among all files and folders of the open archive;
    none where it is of another kind or its list of files is encrypted itself. Raises OSError."""
    locked: set[int] = set()
    if os.pread(descriptor, len(_SIGNATURE), 0) != _SIGNATURE:
        return frozenset()
    place, number = len(_SIGNATURE), 0
    try:
        for _ in range(_MOST_BLOCKS):
            head = os.pread(descriptor, _MOST_BYTES, place)
            size, start = _read_number(head, 4)  # behind the checksum
            head = head[: start + size]
            kind, at = _read_number(head, start)
            flags, at = _read_number(head, at)
            extra, at = _read_number(head, at) if flags & _HAS_EXTRA else (0, at)
            data, at = _read_number(head, at) if flags & _HAS_DATA else (0, at)
            if kind == _FILE:
                if _is_encrypted(head, len(head) - extra):
                    locked.add(number)
                number += 1
            if kind == _END or size == 0:
                break
            place += start + size + data
    except IndexError:
        pass  # cut, or no block: what there is says libarchive
    return frozenset(locked)


def _is_encrypted(head: bytes, at: int) -> bool:
    while 0 < at < len(head):
        size, at = _read_number(head, at)
        kind, _ = _read_number(head, at)
        if kind == _ENCRYPTION:
            return True
        at += size
    return False


def _read_number(data: bytes, at: int) -> tuple[int, int]:
    """The number at the place, 7 bits a byte, the lowest first; and the place behind it. Raises
    IndexError."""
    value = 0
    for shift in range(0, 70, 7):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise IndexError
