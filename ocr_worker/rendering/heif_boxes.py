"""The structure of a HEIF file (ISO 23008-12) as far as a picture made of tiles needs it. Pure.

A HEIF file is boxes within boxes. One of them, `meta`, lists items (pictures, tiles, metadata),
where their bytes are, which properties they have, and which items a picture is made of.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

#: The largest `meta` box, bytes: that of a picture of 65,536 tiles has 3 MB.
_LARGEST_META = 16 * 1024 * 1024

#: The largest item read, bytes: a tile has some 100 kB.
_LARGEST_ITEM = 64 * 1024 * 1024

#: A property that belongs to an item: its box, and whether a decoder must understand it.
Property = tuple[bytes, bool]


@dataclass
class HeifItems:
    """What the `meta` box says, by item id. `made_of`: the tiles of a picture, in their order.

    `places`: how an item's bytes are found (0: in the file, 1: in `data`), and the ranges there.
    """

    primary: int = 0
    kinds: dict[int, bytes] = field(default_factory=dict)
    made_of: dict[int, list[int]] = field(default_factory=dict)
    places: dict[int, tuple[int, list[tuple[int, int]]]] = field(default_factory=dict)
    properties: dict[int, list[Property]] = field(default_factory=dict)
    data: bytes = b""

    def read(self, stream: BinaryIO, item: int) -> bytes:
        """The bytes of an item. Raises ValueError."""
        way, ranges = self.places[item]
        if way > 1 or sum(length for _, length in ranges) > _LARGEST_ITEM:
            raise ValueError("an item stored in an unknown way, or too large")
        if way == 1:
            return b"".join(self.data[start : start + length] for start, length in ranges)
        parts = []
        for start, length in ranges:
            stream.seek(start)
            parts.append(stream.read(length))
        return b"".join(parts)


def read_items(stream: BinaryIO) -> HeifItems:
    """Read the `meta` box of a HEIF file. Raises ValueError, LookupError, struct.error."""
    body = _find_meta(stream)
    found = HeifItems()
    table: list[bytes] = []
    associations: list[tuple[int, int, bool]] = []
    for kind, box in iter_boxes(body[4:]):
        version = box[0] if box else 0
        if kind == b"pitm":
            found.primary = _number(box, 4, 2 if version == 0 else 4)
        elif kind == b"iinf":
            for name, entry in iter_boxes(box[6 if version == 0 else 8 :]):
                if name == b"infe" and entry[0] >= 2:
                    wide = 4 if entry[0] == 3 else 2
                    found.kinds[_number(entry, 4, wide)] = entry[6 + wide : 10 + wide]
        elif kind == b"iref":
            found.made_of |= _read_references(box)
        elif kind == b"iloc":
            found.places |= _read_places(box)
        elif kind == b"idat":
            found.data = box
        elif kind == b"iprp":
            for name, inner in iter_boxes(box):
                if name == b"ipco":
                    table = [write_box(each, content) for each, content in iter_boxes(inner)]
                elif name == b"ipma":
                    associations += _read_associations(inner)
    for item, index, essential in associations:
        if 0 < index <= len(table):
            found.properties.setdefault(item, []).append((table[index - 1], essential))
    return found


def iter_boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The boxes in `data`: kind and contents."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            size, head = _number(data, at + 8, 8), 16
        elif size == 0:
            size = len(data) - at
        if size < head:
            raise ValueError("a box shorter than its head")
        yield kind, data[at + head : at + size]
        at += size


def write_box(kind: bytes, *contents: bytes) -> bytes:
    """A box with these contents."""
    body = b"".join(contents)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def write_picture(kind: bytes, properties: list[Property], data: bytes) -> bytes:
    """A file that holds one picture: an item of `kind` with these properties and bytes."""
    head = write_box(b"ftyp", b"heic", bytes(4), b"mif1heic")
    marks = bytes(
        (0x80 if essential else 0) | index for index, (_, essential) in enumerate(properties, 1)
    )
    entry = write_box(b"infe", b"\2\0\0\0\0\1\0\0", kind, b"\0")

    def write_meta(offset: int) -> bytes:
        place = struct.pack(">II", offset, len(data))
        return write_box(
            b"meta",
            bytes(4),
            write_box(b"hdlr", bytes(8), b"pict", bytes(13)),
            write_box(b"pitm", bytes(4), b"\0\1"),
            write_box(b"iinf", bytes(4), b"\0\1", entry),
            write_box(b"iloc", bytes(4), b"\x44\0\0\1\0\1\0\0\0\1", place),
            write_box(
                b"iprp",
                write_box(b"ipco", *(box for box, _ in properties)),
                write_box(b"ipma", bytes(4), struct.pack(">IHB", 1, 1, len(marks)), marks),
            ),
        )

    start = len(head) + len(write_meta(0)) + 8
    return head + write_meta(start) + write_box(b"mdat", data)


def _find_meta(stream: BinaryIO) -> bytes:
    end = stream.seek(0, os.SEEK_END)
    at = 0
    while at + 8 <= end:
        stream.seek(at)
        size, kind = struct.unpack(">I4s", stream.read(8))
        head = 8
        if size == 1:
            size, head = _number(stream.read(8), 0, 8), 16
        if kind == b"meta":
            if size > _LARGEST_META:
                raise ValueError("too large a list of items")
            return stream.read(size - head)
        if size < head:
            break
        at += size
    raise ValueError("no list of items")


def _number(data: bytes, at: int, size: int) -> int:
    if at + size > len(data):
        raise ValueError("a box ends early")
    return int.from_bytes(data[at : at + size], "big")


def _read_references(box: bytes) -> dict[int, list[int]]:
    wide = 4 if box[0] else 2
    found: dict[int, list[int]] = {}
    for kind, body in iter_boxes(box[4:]):
        if kind == b"dimg":
            count = _number(body, wide, 2)
            first = wide + 2
            found[_number(body, 0, wide)] = [
                _number(body, first + wide * index, wide) for index in range(count)
            ]
    return found


def _read_places(box: bytes) -> dict[int, tuple[int, list[tuple[int, int]]]]:
    version = box[0]
    offset_size, length_size = box[4] >> 4, box[4] & 15
    base_size, index_size = box[5] >> 4, box[5] & 15 if version else 0
    wide = 4 if version == 2 else 2
    at = 6 + wide
    found = {}
    for _ in range(_number(box, 6, wide)):
        item = _number(box, at, wide)
        at += wide
        way = 0
        if version:
            way = _number(box, at, 2) & 15
            at += 2
        at += 2  # which file: this one
        base = _number(box, at, base_size)
        at += base_size
        ranges = []
        count = _number(box, at, 2)
        at += 2
        for _ in range(count):
            at += index_size
            start = base + _number(box, at, offset_size)
            at += offset_size
            ranges.append((start, _number(box, at, length_size)))
            at += length_size
        found[item] = (way, ranges)
    return found


def _read_associations(box: bytes) -> Iterator[tuple[int, int, bool]]:
    """Item, index of its property (from 1), whether it is essential."""
    wide = 4 if box[0] else 2
    size = 2 if box[3] & 1 else 1
    top = 0x80 << (8 * (size - 1))
    at = 8
    for _ in range(_number(box, 4, 4)):
        item = _number(box, at, wide)
        count = _number(box, at + wide, 1)
        at += wide + 1
        for _ in range(count):
            value = _number(box, at, size)
            at += size
            yield item, value & (top - 1), bool(value & top)
