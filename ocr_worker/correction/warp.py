"""Draw a page as a map of its points says. Pure, by Pillow."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from documents.text.page_layout import Box

from .plane import Point

#: Where a point (px) of the drawn page lies on the given one.
Map = Callable[[float, float], Point]

#: A page is drawn in cells, so many across and down; within one, straight lines stay straight.
_CELLS = 32

#: Points along an edge of a box that are mapped.
_ON_EDGE = 5


def warp(
    gray: Image.Image,
    place: Map,
    size: tuple[int, int],
    resampling: Image.Resampling = Image.Resampling.BICUBIC,
    paper: int = 0,
) -> Image.Image:
    """The page of `size` px whose points lie on `gray` (mode "L") where `place` says.

    `paper`: the tone (0 to 255) of what lies beyond `gray`.
    """
    width, height = size
    across = [round(index * width / _CELLS) for index in range(_CELLS + 1)]
    down = [round(index * height / _CELLS) for index in range(_CELLS + 1)]
    corners = [[place(x, y) for x in across] for y in down]
    cells = []
    for row in range(_CELLS):
        for column in range(_CELLS):
            box = (across[column], down[row], across[column + 1], down[row + 1])
            if box[0] < box[2] and box[1] < box[3]:
                above, below = corners[row], corners[row + 1]
                quad = (above[column], below[column], below[column + 1], above[column + 1])
                cells.append((box, tuple(value for point in quad for value in point)))
    return gray.transform(size, Image.Transform.MESH, cells, resampling, fillcolor=paper)


def map_box(place: Map, box: Box) -> Box:
    """The box around where the edges of `box` (px) go."""
    x0, y0, x1, y1 = box
    steps = [index / (_ON_EDGE - 1) for index in range(_ON_EDGE)]
    points = [place(x0 + step * (x1 - x0), y) for step in steps for y in (y0, y1)]
    points += [place(x, y0 + step * (y1 - y0)) for step in steps[1:-1] for x in (x0, x1)]
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)
