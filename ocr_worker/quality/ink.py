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


def make_ink_detector(image: Image.Image) -> InkDetector:
    """Make a function that returns whether a box (px of `image`, mode "L", upright) has ink in it.

    A box outside the image, or without area, has none.
    """

    def has_ink(box: Box) -> bool:
        x0, y0, x1, y1 = (round(value) for value in box)
        x0, y0 = max(x0, 0), max(y0, 0)
        x1, y1 = min(x1, image.width), min(y1, image.height)
        if x1 <= x0 or y1 <= y0:
            return False
        histogram = image.crop((x0, y0, x1, y1)).histogram()
        total = sum(histogram)
        passed = paper = 0
        for tone in range(255, -1, -1):
            passed += histogram[tone]
            if passed >= _PAPER * total:
                paper = tone
                break
        return sum(histogram[: max(paper - _CONTRAST, 0)]) >= _LEAST_SHARE * total

    return has_ink
