"""Turn dark bands with light print, the heads of many tables, into print on paper. Pure, by Pillow.

An engine takes a band for a picture, and what is white between its letters for rules of a table.
The band gets a thin outline, so that a table still ends where it did.
"""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image, ImageDraw

from ocr_worker.rendering.marks import find_marks

#: Bands are looked for in cells of so many px, darker than this (of 255).
_CELL, _DARK = 8, 120

#: The least width and height of a band, cells; it fills its rectangle by this share, is so much
#: wider than high at least, and at most that share of the page high: what is larger is a page that
#: is dark as a whole (`negative`).
_WIDE, _HIGH = 12, 3
_FULL, _OBLONG, _HIGHEST = 0.85, 1, 0.6

#: Tones (of 255) that are the band's own, its share of the px at least, that of light print, and of
#: all between at most: a picture has more of these.
_OWN, _OWN_SHARE = 24, 0.55
_PRINT, _LEAST_PRINT, _BETWEEN = 90, 0.003, 0.22


def find_bands(gray: Image.Image) -> list[tuple[int, int, int, int]]:
    """The dark bands of `gray` (mode "L"), px."""
    small = gray.reduce(_CELL)
    dark = small.point(_IS_DARK)
    if dark.histogram()[255] < _WIDE * _HIGH:
        return []
    boxes = (_fit(gray, around) for around in _find_rectangles(dark))
    return [
        box
        for box in boxes
        if box is not None and _is_band(box, gray) and _has_print(gray.crop(box))
    ]


def lighten_bands(gray: Image.Image, bands: list[tuple[int, int, int, int]]) -> Image.Image:
    """`gray` with dark print on white instead of light print in each of the `bands`."""
    image = gray.copy()
    draw = ImageDraw.Draw(image)
    for box in bands:
        band = gray.crop(box)
        tone = _own_tone(band.histogram())
        # What is lighter or darker than the band is print or a rule.
        span = max(255 - tone, 1)
        image.paste(
            band.point([max(0, 255 - abs(value - tone) * 255 // span) for value in range(256)]), box
        )
        draw.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), outline=0, width=2)
    return image


_IS_MOSTLY = [255 if value > 127 else 0 for value in range(256)]
_IS_DARK = [255 if value < _DARK else 0 for value in range(256)]


def _find_rectangles(dark: Image.Image) -> Iterator[tuple[int, int, int, int]]:
    for mark in find_marks(dark):
        full = mark.ink >= _FULL * mark.width * mark.height
        if mark.width >= _WIDE and mark.height >= _HIGH and full:
            yield (
                max((mark.x0 - 1) * _CELL, 0),
                max((mark.y0 - 1) * _CELL, 0),
                (mark.x1 + 2) * _CELL,
                (mark.y1 + 2) * _CELL,
            )


def _fit(gray: Image.Image, around: tuple[int, int, int, int]) -> tuple[int, int, int, int] | None:
    """The rows and columns of `around`, px, that are mostly dark; None where there are none."""
    box = (around[0], around[1], min(around[2], gray.width), min(around[3], gray.height))
    dark = gray.crop(box).point(_IS_DARK)
    spans = []
    for size in ((dark.width, 1), (1, dark.height)):
        places = dark.resize(size, Image.Resampling.BOX).point(_IS_MOSTLY)
        found = places.getbbox()
        if found is None:
            return None
        spans.append(found)
    across, down = spans
    return box[0] + across[0], box[1] + down[1], box[0] + across[2], box[1] + down[3]


def _has_print(band: Image.Image) -> bool:
    """Whether it has two tones, that of the band and that of its print."""
    histogram = band.histogram()
    total = sum(histogram)
    tone = _own_tone(histogram)
    own = sum(histogram[max(tone - _OWN, 0) : tone + _OWN + 1])
    printed = sum(histogram[min(tone + _PRINT, 255) :])
    return (
        tone < _DARK
        and own >= _OWN_SHARE * total
        and printed >= _LEAST_PRINT * total
        and total - own - printed <= _BETWEEN * total
    )


def _own_tone(histogram: list[int]) -> int:
    return max(range(256), key=lambda tone: sum(histogram[max(tone - 4, 0) : tone + 5]))


def _is_band(box: tuple[int, int, int, int], page: Image.Image) -> bool:
    width, height = box[2] - box[0], box[3] - box[1]
    return width >= _OBLONG * height and height <= _HIGHEST * max(page.size)
