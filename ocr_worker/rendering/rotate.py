"""Rotate an image, and boxes on it, by quarter turns. Pure."""

from __future__ import annotations

from PIL import Image

#: Pillow's transpositions by clockwise degrees (Pillow counts counter-clockwise).
_TRANSPOSES = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def rotate_clockwise(image: Image.Image, rotation: int) -> Image.Image:
    """`image` rotated clockwise by `rotation` degrees: 0 (the same object), 90, 180 or 270."""
    return image.transpose(_TRANSPOSES[rotation]) if rotation else image


def turn_box(
    box: tuple[float, float, float, float], rotation: int, width: float, height: float
) -> tuple[float, float, float, float]:
    """`box` on a picture of `width` x `height`, after that was rotated clockwise by `rotation`.

    As `documents.text.box_rotation`, which the rendering child does not load.
    """
    for _ in range(rotation // 90):
        x0, y0, x1, y1 = box
        box = (height - y1, x0, height - y0, x1)
        width, height = height, width
    return box
