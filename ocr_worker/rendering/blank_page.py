"""Is there anything on a page that could be text? Decided from its ink, without OCR.

The page is brought to about 100 dpi, its own background (paper tone, shadows of a fold) is taken
off, and what is clearly darker is gathered into connected marks. A page is blank when no mark has
the size of a letter: specks of dust are smaller, borders and folds of a scan are longer or lie at
the edge. A page with much ink is never blank. Errors are cheap one way only: a blank page that is
taken for a written one costs an OCR, a written one taken for blank loses its text.
"""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter

#: Width of the longer side, px, at which ink is looked for: A4 at 100 dpi.
_SIDE = 1170

#: A pixel this much darker than its surroundings is ink (of 255).
_CONTRAST = 36

#: A larger share of ink than this is never noise.
_MUCH_INK = 0.08

#: A mark is a letter from this many px of ink and this longest side: 5-point type at 100 dpi.
_LETTER_INK = 9
_LETTER_SIDE = 5

#: Marks that begin within this share of the page's edge are its border.
_BORDER = 0.02


def is_blank(gray: Image.Image) -> bool:
    """Whether `gray` (mode "L", a whole page at any resolution) carries nothing like text."""
    factor = max(1, round(max(gray.size) / _SIDE))
    small = gray.reduce(factor) if factor > 1 else gray
    width, height = small.size
    if width < 8 or height < 8:
        return not _differs(small)
    paper = small.filter(ImageFilter.MedianFilter(3)).reduce(4)
    paper = paper.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(8))
    background = paper.resize(small.size, Image.Resampling.BILINEAR)
    ink = ImageChops.subtract(background, small).point(lambda v: 255 if v >= _CONTRAST else 0)
    inset_x, inset_y = round(width * _BORDER), round(height * _BORDER)
    if inset_x and inset_y:
        inner = ink.crop((inset_x, inset_y, width - inset_x, height - inset_y))
    else:
        inner = ink
    if inner.histogram()[255] > _MUCH_INK * inner.width * inner.height:
        return False
    return not any(_is_letter(mark, inner.size) for mark in _marks(inner))


def _differs(image: Image.Image) -> bool:
    low, high = image.getextrema()
    return bool(high - low >= _CONTRAST)  # type: ignore[operator]


Mark = tuple[int, int, int, int, int]  # x0, y0, x1, y1 (inclusive), px of ink


def _marks(ink: Image.Image) -> list[Mark]:
    """The connected marks (8 neighbours) of a binary image, from the runs of its rows."""
    width, height = ink.size
    data = ink.tobytes()
    parents: list[int] = []
    boxes: list[list[int]] = []

    def root(label: int) -> int:
        while parents[label] != label:
            parents[label] = parents[parents[label]]
            label = parents[label]
        return label

    above: list[tuple[int, int, int]] = []
    for y in range(height):
        row = data[y * width : (y + 1) * width]
        runs: list[tuple[int, int, int]] = []
        start = row.find(255)
        while start >= 0:
            end = row.find(0, start)
            if end < 0:
                end = width
            label = -1
            for left, right, other in above:
                if left <= end and right >= start:
                    found = root(other)
                    if label < 0:
                        label = found
                    elif label != found:
                        _join(boxes, parents, label, found)
            if label < 0:
                label = len(parents)
                parents.append(label)
                boxes.append([start, y, end - 1, y, 0])
            box = boxes[label]
            box[0], box[2], box[3] = min(box[0], start), max(box[2], end - 1), y
            box[4] += end - start
            runs.append((start, end, label))
            start = row.find(255, end)
        above = runs
    return [
        (box[0], box[1], box[2], box[3], box[4])
        for label, box in enumerate(boxes)
        if parents[label] == label
    ]


def _join(boxes: list[list[int]], parents: list[int], kept: int, gone: int) -> None:
    parents[gone] = kept
    one, other = boxes[kept], boxes[gone]
    one[0], one[1] = min(one[0], other[0]), min(one[1], other[1])
    one[2], one[3] = max(one[2], other[2]), max(one[3], other[3])
    one[4] += other[4]


def _is_letter(mark: Mark, size: tuple[int, int]) -> bool:
    x0, y0, x1, y1, ink = mark
    width, height = x1 - x0 + 1, y1 - y0 + 1
    if ink < _LETTER_INK or max(width, height) < _LETTER_SIDE:
        return False
    if x0 == 0 or y0 == 0 or x1 == size[0] - 1 or y1 == size[1] - 1:
        return False  # goes on into the border: its shadow, a punched hole, a torn corner
    if min(width, height) <= 3 and max(width, height) > 12 * min(width, height):
        return False  # a fold, a scratch, a ruled line
    return max(width, height) < 0.5 * max(size)
