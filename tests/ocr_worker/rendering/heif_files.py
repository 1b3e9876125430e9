"""HEIF pictures made of many copies of one tile, as telephones write them. No encoder is needed."""

from __future__ import annotations

import struct
from pathlib import Path

from ocr_worker.rendering.heif_boxes import read_items, write_box

#: A black square on white, 240 x 160 px.
TILE = Path(__file__).with_name("square.heic")

_PICTURE = 1


def write_grid(
    path: Path, columns: int, rows: int, width: int, height: int, *changes: bytes, tile: Path = TILE
) -> Path:
    """A picture of `width` x `height` px: `columns` x `rows` tiles, cut at the right and below.

    `changes`: properties of the picture that turn it (`turn`, `mirror`). libheif allows 1,000 tiles
    and wants each to be an item of its own; here they share their bytes.
    """
    with tile.open("rb") as file:
        items = read_items(file)
        data = items.read(file, items.primary)
    tiles = range(_PICTURE + 1, _PICTURE + 1 + columns * rows)
    of_tile = [box for box, _ in items.properties[items.primary]]
    of_picture = [write_box(b"ispe", bytes(4), struct.pack(">II", width, height)), *changes]
    first = len(of_tile) + 1
    belongs = {_PICTURE: range(first, first + len(of_picture))}
    belongs |= {item: range(1, first) for item in tiles}
    grid = struct.pack(">BBBBII", 0, 1, rows - 1, columns - 1, width, height)
    names = [
        write_box(
            b"infe",
            struct.pack(">BBHHH", 2, 0, 0, item, 0),
            b"grid" if item == _PICTURE else b"hvc1",
            b"\0",
        )
        for item in belongs
    ]
    made_of = struct.pack(f">HH{len(tiles)}H", _PICTURE, len(tiles), *tiles)
    owned = b"".join(
        struct.pack(">HB", item, len(found)) + bytes(0x80 | index for index in found)
        for item, found in belongs.items()
    )

    def write_meta(offset: int) -> bytes:
        # The picture is 12 bytes in `idat`, all tiles are what the file holds behind.
        places = [struct.pack(">HHHHII", _PICTURE, 1, 0, 1, 0, len(grid))]
        places += [struct.pack(">HHHHII", item, 0, 0, 1, offset, len(data)) for item in tiles]
        return write_box(
            b"meta",
            bytes(4),
            write_box(b"hdlr", bytes(8), b"pict", bytes(13)),
            write_box(b"pitm", bytes(4), struct.pack(">H", _PICTURE)),
            write_box(b"iinf", bytes(4), struct.pack(">H", len(names)), *names),
            write_box(b"iref", bytes(4), write_box(b"dimg", made_of)),
            write_box(
                b"iprp",
                write_box(b"ipco", *of_tile, *of_picture),
                write_box(b"ipma", bytes(4), struct.pack(">I", len(belongs)), owned),
            ),
            write_box(b"idat", grid),
            write_box(b"iloc", b"\1\0\0\0\x44\0", struct.pack(">H", len(places)), *places),
        )

    head = write_box(b"ftyp", b"heic", bytes(4), b"mif1heic")
    start = len(head) + len(write_meta(0)) + 8
    path.write_bytes(head + write_meta(start) + write_box(b"mdat", data))
    return path


def turn(quarters: int) -> bytes:
    """Shows the picture turned by so many quarters counterclockwise."""
    return write_box(b"irot", bytes([quarters]))


def mirror(axis: int) -> bytes:
    return write_box(b"imir", bytes([axis]))
