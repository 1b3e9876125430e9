"""Tell a part of a RAR archive in several files. Pure.

RarLab's technical note of RAR 5.0 (main archive header), and unrar's headers for RAR 4 (MAIN_HEAD).
"""

from __future__ import annotations

_RAR4, _RAR5 = b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"
_MAIN4, _MAIN5 = 0x73, 1
_HAS_EXTRA, _IS_VOLUME = 0x0001, 0x0001


def is_rar_part(head: bytes) -> bool:
    """Whether `head`, the first 64 bytes of a file, are of a part of an archive."""
    if head.startswith(_RAR5):
        return _is_part_of_rar5(head[len(_RAR5) + 4 :])  # behind a checksum
    if head.startswith(_RAR4) and len(head) >= len(_RAR4) + 5:
        kind, flags = head[len(_RAR4) + 2], head[len(_RAR4) + 3]
        return kind == _MAIN4 and bool(flags & _IS_VOLUME)
    return False


def _is_part_of_rar5(header: bytes) -> bool:
    numbers = _numbers(header)
    if len(numbers) < 5:
        return False
    _, kind, flags = numbers[:3]
    of_archive = numbers[4] if flags & _HAS_EXTRA else numbers[3]
    return kind == _MAIN5 and bool(of_archive & _IS_VOLUME)


def _numbers(data: bytes) -> list[int]:
    """The first five: seven bits a byte, the lowest first, the eighth set where more follow."""
    found, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            found.append(value)
            value = shift = 0
            if len(found) == 5:
                break
    return found
