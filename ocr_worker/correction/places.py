"""Places of a page, evenly over all of it: what is true of a page shows in most of them."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image


def look_at_places(gray: Image.Image, count: int, side: int) -> Iterator[Image.Image]:
    """`count` x `count` squares of `gray`, `side` px each, row by row; what reaches over an edge of
    the page is cut off."""
    width, height = gray.size
    for row in range(count):
        for column in range(count):
            left = max(0, round((column + 0.5) * width / count) - side // 2)
            top = max(0, round((row + 0.5) * height / count) - side // 2)
            yield gray.crop((left, top, min(left + side, width), min(top + side, height)))
