"""Is anything printed in a box of a page? Decided from the pixels of its image."""

from __future__ import annotations

from PIL import Image

from documents.text.page_layout import Box

from .evidence import InkDetector

#: Ink is darker than the paper by this much (of 255), and covers at least this share of the box.
_CONTRAST = 50
_LEAST_SHARE = 0.02

#: The tone of the paper: this share of the box is as light or lighter (small print covers half).
_PAPER = 0.25


#: A column of pixels has print in it where this share of it is ink: more than a dash has.
_LEAST_OF_COLUMN = 0.18


def make_ink_detector(image: Image.Image) -> InkDetector:
    """Say of boxes (px of `image`, mode "L", upright) what is printed in them.

    A box outside the image, or without area, has nothing.
    """
    return _PageInk(image)


class _PageInk:
    def __init__(self, image: Image.Image) -> None:
        self._image = image

    def __call__(self, box: Box) -> bool:
        part = self._crop(box)
        if part is None:
            return False
        histogram = part.histogram()
        ink = sum(histogram[: _darkest_paper(histogram)])
        return ink >= _LEAST_SHARE * part.width * part.height

    def width(self, box: Box) -> float:
        part = self._crop(box)
        if part is None:
            return 0.0
        limit = _darkest_paper(part.histogram())
        ink = part.point([255] * limit + [0] * (256 - limit))
        columns = ink.resize((part.width, 1), Image.Resampling.BOX).tobytes()
        return float(sum(share >= 255 * _LEAST_OF_COLUMN for share in columns))

    def _crop(self, box: Box) -> Image.Image | None:
        x0, y0, x1, y1 = (round(value) for value in box)
        x0, y0 = max(x0, 0), max(y0, 0)
        x1, y1 = min(x1, self._image.width), min(y1, self._image.height)
        return None if x1 <= x0 or y1 <= y0 else self._image.crop((x0, y0, x1, y1))


def _darkest_paper(histogram: list[int]) -> int:
    """The tone from which on a pixel is paper; darker ones are ink."""
    total = sum(histogram)
    passed = 0
    for tone in range(255, -1, -1):
        passed += histogram[tone]
        if passed >= _PAPER * total:
            return max(tone - _CONTRAST, 0)
    return 0
