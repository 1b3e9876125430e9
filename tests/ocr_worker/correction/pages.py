"""Pages made worse, and what was read of them."""

from __future__ import annotations

import pytest
from PIL import Image, ImageChops

from documents.text.page_layout import PageLayout
from tests.ocr_worker.files import ENGLISH


def in_shadow(page: Image.Image, darkest: int = 70) -> Image.Image:
    """The page with light that falls off from the left to the right."""
    light = Image.linear_gradient("L").rotate(90).resize(page.size)
    low = light.point([darkest + (255 - darkest) * value // 255 for value in range(256)])
    return ImageChops.multiply(page, low)


def share(layout: PageLayout) -> float:
    """The share of the printed words that were read."""
    printed = " ".join(ENGLISH).split()
    read = set(layout.text.split())
    return sum(word in read for word in printed) / len(printed)


def check_boxes(layout: PageLayout, shown: Image.Image) -> None:
    """The page image is `shown`, upright, and each long word's box holds its ink and little else.

    Letters fill a third of a word's box and a seventh of a line's: a box beside its word, or one
    much too large, has less.
    """
    factor = layout.width / shown.width
    assert (layout.width, layout.height) == pytest.approx(
        (shown.width * factor, shown.height * factor), abs=2
    )
    words = [word for word in layout.words() if len(word.text) > 5]
    assert len(words) > 20
    for word in words:
        x0, y0, x1, y1 = (round(value / factor) for value in word.bbox)
        box = shown.crop((x0, y0, x1, y1))
        dark = sum(box.histogram()[:110]) / (box.width * box.height)
        assert dark > 0.08, f"no ink where {word.text} is said to be"
        rows = [min(box.crop((0, y, box.width, y + 1)).tobytes()) for y in range(box.height)]
        assert min(rows[: box.height // 2 + 1]) < 110, word.text
        assert min(rows[box.height // 2 :]) < 110, word.text
