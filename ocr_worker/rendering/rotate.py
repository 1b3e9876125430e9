"""Rotate an image by quarter turns. Pure."""

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
