"""Is anything printed in a box of a page? Decided from the pixels of its image."""

from __future__ import annotations

from PIL import Image

from documents.text.page_layout import Box

from .evidence import InkDetector

#: Ink is this much darker than the paper around it (of 255), and this share of the box.
_CONTRAST = 50
_LEAST_SHARE = 0.02

#: The paper is the tone that this share of the box has, or a lighter one: small print covers half.
_PAPER = 0.25


def make_ink_detector(image: Image.Image) -> InkDetector:
    """A function that says whether a box (px of `image`, mode "L", upright) has ink in it.

    A box outside of the image, or with nothing between its sides, has none.
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
