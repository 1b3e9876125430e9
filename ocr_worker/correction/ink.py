"""The ink of a small copy of a page: what is clearly darker than its surroundings. By Pillow."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter

#: Contrast (of 255) of ink with what is around it, within so many px.
_INK, _AROUND = 24, 8


def find_ink(small: Image.Image) -> Image.Image:
    """White where `small` (mode "L", 50 to 100 dpi) has ink, else black."""
    dark = ImageChops.subtract(small.filter(ImageFilter.BoxBlur(_AROUND)), small)
    return dark.point(_TABLE)


_TABLE = [255 if value >= _INK else 0 for value in range(256)]
