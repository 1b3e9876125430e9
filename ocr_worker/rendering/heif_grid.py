"""Decode a HEIF picture that is too large to be decoded whole, smaller. Runs only in the child.

Cameras write a large picture as a grid of tiles, each a picture of its own. Each is decoded by
itself, in a file made for it, and reduced: what is held is one row of tiles and the reduced page.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image

from .heif_boxes import HeifItems, Property, read_items, write_picture

#: Pixels of the largest picture that is decoded: 6 s on an idle core.
MOST_PIXELS = 300_000_000

#: The tiles of the grid that is decoded, and the pixels of one, at most.
_MOST_TILES = 20_000
_MOST_TILE_PIXELS = 20_000_000

#: What the properties of a picture turn it by.
_TURNS = {
    1: Image.Transpose.ROTATE_90,
    2: Image.Transpose.ROTATE_180,
    3: Image.Transpose.ROTATE_270,
}
_MIRRORS = {0: Image.Transpose.FLIP_TOP_BOTTOM, 1: Image.Transpose.FLIP_LEFT_RIGHT}


@dataclass(frozen=True)
class _Grid:
    columns: int
    rows: int
    width: int
    height: int
    tiles: list[int]


def decode_reduced(stream: BinaryIO, most_pixels: int) -> Image.Image | None:
    """The primary picture, upright as a viewer shows it, reduced to at most `most_pixels` px.

    None where it is no grid of tiles within the limits. Raises what Pillow raises for damaged data.
    """
    try:
        items = read_items(stream)
        grid = _read_grid(stream, items)
    except struct.error as error:
        raise ValueError("a box ends early") from error
    if grid is None or any(box[4:8] == b"clap" for box, _ in items.properties[items.primary]):
        return None
    factor = 1
    while grid.width * grid.height > most_pixels * factor**2:
        factor += 1
    page = _decode_rows(stream, items, grid, factor)
    for box, _ in items.properties[items.primary]:
        kind, value = box[4:8], box[8:9]
        if kind == b"irot" and value[0] & 3:
            page = page.transpose(_TURNS[value[0] & 3])
        elif kind == b"imir":
            page = page.transpose(_MIRRORS[value[0] & 1])
    return page


def _read_grid(stream: BinaryIO, items: HeifItems) -> _Grid | None:
    if items.kinds.get(items.primary) != b"grid":
        return None
    data = items.read(stream, items.primary)
    wide = data[1] & 1
    width, height = struct.unpack_from(">II" if wide else ">HH", data, 4)
    grid = _Grid(data[3] + 1, data[2] + 1, width, height, items.made_of[items.primary])
    if len(grid.tiles) != grid.columns * grid.rows or len(grid.tiles) > _MOST_TILES:
        return None
    return grid if 0 < width * height <= MOST_PIXELS else None


def _decode_rows(stream: BinaryIO, items: HeifItems, grid: _Grid, factor: int) -> Image.Image:
    """The grid row by row, reduced by `factor`; what a row leaves over goes before the next."""
    page: Image.Image | None = None
    left_over: Image.Image | None = None
    done = below = 0  # rows of px: reduced so far, of the picture so far
    for row in range(grid.rows):
        tiles = grid.tiles[row * grid.columns : (row + 1) * grid.columns]
        strip = _decode_row(stream, items, tiles, grid.width, left_over)
        below = min(below + strip.height - (left_over.height if left_over else 0), grid.height)
        last = row == grid.rows - 1 or below == grid.height
        kept = below - done * factor
        whole = kept if last else kept - kept % factor
        if page is None:
            size = (-(-grid.width // factor), -(-grid.height // factor))
            page = Image.new(strip.mode, size, "white")
        if whole > 0:
            page.paste(strip.crop((0, 0, grid.width, whole)).reduce(factor), (0, done))
            done += -(-whole // factor)
        if last:
            break
        left_over = strip.crop((0, whole, grid.width, kept))
    assert page is not None
    return page


def _decode_row(
    stream: BinaryIO, items: HeifItems, tiles: list[int], width: int, above: Image.Image | None
) -> Image.Image:
    """A row of tiles beside each other, `width` px, below what the row above left over."""
    strip: Image.Image | None = None
    x, y = 0, above.height if above else 0
    for item in tiles:
        tile = _decode_tile(stream, items, item)
        if strip is None:
            strip = Image.new(tile.mode, (width, y + tile.height), "white")
            if above is not None:
                strip.paste(above, (0, 0))
        strip.paste(tile, (x, y))
        x += tile.width
    assert strip is not None
    return strip


def _decode_tile(stream: BinaryIO, items: HeifItems, item: int) -> Image.Image:
    properties: list[Property] = items.properties.get(item, [])
    for box, _ in properties:
        if box[4:8] == b"ispe":
            width, height = (int.from_bytes(box[at : at + 4], "big") for at in (12, 16))
            if width * height > _MOST_TILE_PIXELS:
                raise ValueError("too large a tile")
    file = write_picture(items.kinds[item], properties, items.read(stream, item))
    with Image.open(io.BytesIO(file), formats=("HEIF",)) as tile:
        return Image.Image.convert(tile, "L" if tile.mode == "L" else "RGB")
