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


def rotate_box(
    box: tuple[float, float, float, float], rotation: int, width: float, height: float
) -> tuple[float, float, float, float]:
    """`box` on a picture of `width` x `height`, after that was rotated clockwise by `rotation`
    (0, 90, 180 or 270 degrees)."""
    x0, y0, x1, y1 = box
    if rotation == 90:
        return height - y1, x0, height - y0, x1
    if rotation == 180:
        return width - x1, height - y1, width - x0, height - y0
    if rotation == 270:
        return y0, width - x1, y1, width - x0
    return box
