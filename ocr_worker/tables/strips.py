"""Pieces of a page under each other, as one image that an engine reads as a column. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from PIL import Image, ImageOps

from documents.text.page_layout import Box, PageLayout, Word
from ocr_worker.rendering.rotate import rotate_box, rotate_clockwise

#: px of paper around a piece, and the height from which a new image is begun.
_PAPER, _TALLEST = 24, 2400


@dataclass(frozen=True)
class Piece:
    """`box` of the page, px, whole numbers; `index`: of the cell. `light`: light letters on dark.
    `turn`: clockwise degrees by which it is turned before it is read."""

    index: int
    box: tuple[int, int, int, int]
    light: bool = False
    turn: int = 0


@dataclass(frozen=True)
class Strip:
    """`image` of `pieces` under each other; `tops`: where each begins, px of the image."""

    image: Image.Image
    pieces: tuple[Piece, ...]
    tops: tuple[int, ...]


def make_strips(page: Image.Image, pieces: Sequence[Piece]) -> Iterator[Strip]:
    """The pieces of `page` (mode "L") in images of bounded height."""
    group: list[tuple[Piece, Image.Image]] = []
    height = 0
    for piece in pieces:
        cut = _cut(page, piece)
        if group and height + cut.height > _TALLEST:
            yield _stack(group)
            group, height = [], 0
        group.append((piece, cut))
        height += cut.height + _PAPER
    if group:
        yield _stack(group)


def place_back(strip: Strip, layout: PageLayout) -> dict[int, list[Word]]:
    """The words that were read from the strip by the index of their cell, boxes px of the page."""
    found: dict[int, list[Word]] = {piece.index: [] for piece in strip.pieces}
    for word in layout.words():
        middle = (word.bbox[1] + word.bbox[3]) / 2
        number = sum(top - _PAPER / 2 <= middle for top in strip.tops) - 1
        piece = strip.pieces[max(number, 0)]
        box = _place(word.bbox, piece, strip.tops[max(number, 0)])
        found[piece.index].append(replace(word, bbox=box))
    return found


def _cut(page: Image.Image, piece: Piece) -> Image.Image:
    cut = page.crop(piece.box)
    if piece.light:
        cut = ImageOps.invert(cut)
    return rotate_clockwise(cut, piece.turn)


def _stack(group: Sequence[tuple[Piece, Image.Image]]) -> Strip:
    width = max(cut.width for _, cut in group) + 2 * _PAPER
    image = Image.new("L", (width, sum(cut.height + _PAPER for _, cut in group) + _PAPER), 255)
    tops = []
    y = _PAPER
    for _, cut in group:
        image.paste(cut, (_PAPER, y))
        tops.append(y)
        y += cut.height + _PAPER
    return Strip(image, tuple(piece for piece, _ in group), tuple(tops))


def _place(box: Box, piece: Piece, top: int) -> Box:
    x0, y0, x1, y1 = piece.box
    size = (x1 - x0, y1 - y0)
    if piece.turn % 180:
        size = (size[1], size[0])
    inside = (
        max(box[0] - _PAPER, 0.0),
        max(box[1] - top, 0.0),
        min(box[2] - _PAPER, float(size[0])),
        min(box[3] - top, float(size[1])),
    )
    inside = (
        min(inside[0], inside[2]),
        min(inside[1], inside[3]),
        inside[2],
        inside[3],
    )
    a, b, c, d = rotate_box(inside, (360 - piece.turn) % 360, *size)
    return a + x0, b + y0, c + x0, d + y0
