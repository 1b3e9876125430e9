"""Outlook's .msg files for tests: MS-OXMSG properties in a compound file (MS-CFB)."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

_SECTOR, _SMALL = 512, 64
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_HEADERS = 32

#: A storage: streams (bytes) and storages by name.
Storage = Mapping[str, "bytes | Storage"]


def make_msg(
    *,
    subject: str,
    sender: tuple[str, str],
    to: str,
    body: str = "",
    html: bytes = b"",
    headers: str = "",
    files: Sequence[tuple[str, bytes]] = (),
    messages: Sequence[Storage] = (),
    properties: Sequence[tuple[int, int, int]] = (),
) -> bytes:
    """`properties`: number, type and value of those of a fixed size."""
    return write_compound(
        message_storage(
            subject=subject, sender=sender, to=to, body=body, html=html, headers=headers,
            files=files, messages=messages, properties=properties,
        )
    )  # fmt: skip


def message_storage(
    *,
    subject: str,
    sender: tuple[str, str],
    to: str,
    body: str = "",
    html: bytes = b"",
    headers: str = "",
    files: Sequence[tuple[str, bytes]] = (),
    messages: Sequence[Storage] = (),
    properties: Sequence[tuple[int, int, int]] = (),
    is_inner: bool = False,
) -> Storage:
    found: dict[str, bytes | Storage] = {
        "__properties_version1.0": bytes(24 if is_inner else _HEADERS)
        + b"".join(struct.pack("<HHIQ", kind, number, 6, v) for number, kind, v in properties),
        _name(0x0037, 0x001F): subject.encode("utf-16-le"),
        _name(0x0E04, 0x001F): to.encode("utf-16-le"),
    }
    if sender[0]:
        found[_name(0x0C1A, 0x001F)] = sender[0].encode("utf-16-le")
    if sender[1]:
        found[_name(0x5D01, 0x001F)] = sender[1].encode("utf-16-le")
    for number, text in ((0x1000, body), (0x007D, headers)):
        if text:
            found[_name(number, 0x001F)] = text.encode("utf-16-le")
    if html:
        found[_name(0x1013, 0x0102)] = html
    attached: list[Storage] = [
        {
            _name(0x3707, 0x001F): name.encode("utf-16-le"),
            _name(0x3701, 0x0102): content,
            "__properties_version1.0": bytes(8),
        }
        for name, content in files
    ]
    attached += [
        {_name(0x3701, 0x000D): inner, "__properties_version1.0": bytes(8)} for inner in messages
    ]
    for number, storage in enumerate(attached):
        found[f"__attach_version1.0_#{number:08X}"] = storage
    return found


def _name(number: int, kind: int) -> str:
    return f"__substg1.0_{number:04X}{kind:04X}"


def write_compound(root: Storage) -> bytes:
    """Small streams in the mini stream, the others in sectors; siblings in a plain chain."""
    entries: list[list[object]] = []  # name, type, child, right, start, size, content
    small, small_fat = bytearray(), list[int]()
    large: list[tuple[int, bytes]] = []

    def add(name: str, value: bytes | Storage, kind: int) -> int:
        number = len(entries)
        entries.append([name, kind, _FREE, _FREE, 0, 0])
        if isinstance(value, bytes):
            entries[number][5] = len(value)
            if len(value) >= 4096:
                large.append((number, value))
            else:
                start, count = len(small_fat), -(-len(value) // _SMALL)
                entries[number][4] = start if count else _END
                small.extend(value.ljust(count * _SMALL, b"\0"))
                small_fat.extend([*range(start + 1, start + count), _END] if count else [])
        else:
            before = None
            for each, content in value.items():
                child = add(each, content, 2 if isinstance(content, bytes) else 1)
                if before is None:
                    entries[number][2] = child
                else:
                    entries[before][3] = child
                before = child
        return number

    add("Root Entry", root, 5)
    sectors, fat = bytearray(), list[int]()

    def store(content: bytes) -> int:
        start, count = len(fat), max(1, -(-len(content) // _SECTOR))
        sectors.extend(content.ljust(count * _SECTOR, b"\0"))
        fat.extend([*range(start + 1, start + count), _END])
        return start

    for number, content in large:
        entries[number][4] = store(content)
    entries[0][4], entries[0][5] = store(bytes(small)), len(small)
    mini = struct.pack(f"<{len(small_fat)}I", *small_fat)
    mini_start, mini_count = store(mini), max(1, -(-len(mini) // _SECTOR))
    directory = b"".join(_entry(*each) for each in entries)  # type: ignore[arg-type]
    directory_start = store(directory)
    count = 1
    while (len(fat) + count) * 4 > count * _SECTOR:
        count += 1
    fat_start = len(fat)
    fat.extend([_FAT] * count)
    sectors.extend(struct.pack(f"<{len(fat)}I", *fat).ljust(count * _SECTOR, b"\xff"))
    places = [fat_start + each for each in range(count)]
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6,
        0, count, directory_start, 0, 4096, mini_start, mini_count, _END, 0, places[0],
    )  # fmt: skip
    rest = struct.pack(f"<{len(places) - 1}I", *places[1:])
    return (header + rest).ljust(_SECTOR, b"\xff") + bytes(sectors)


def _entry(name: str, kind: int, child: int, right: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sI8s8sIQ",
        encoded, len(encoded) + 2, kind, 1, _FREE, right, child, bytes(16), 0, bytes(8), bytes(8),
        start, size,
    )  # fmt: skip
