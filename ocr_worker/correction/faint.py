"""Take away what is much fainter than the print: the other side showing through, pale stamps.

By Pillow. Print that is pale itself goes with it, so who reads such a page compares it with a
reading of the page as it is.
"""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter

#: Faint marks are looked for in cells of so many px: averaging ends grain, which is none.
_CELL = 3

#: The darkest so many of a thousand px are ink; paper is what half of all px are lighter than.
_INK = 5

#: Ink and paper differ by at least this much (of 255).
_CONTRAST = 60

#: What has a smaller share of the ink's contrast is faint; of the ink itself, black from there on.
_FAINT, _BLACK = 0.5, 0.92

#: With less contrast than this it is paper.
_PAPER = 0.12

#: Faint cells beside ink, within so many, are its edges. For each of ink there are so many others:
#: at most 0.023 on 40 clean pages, 0.046 with two stamps, 0.25 where the other side shows through.
_EDGE, _MUCH = 2, 0.03


def part_faint_marks(gray: Image.Image) -> tuple[Image.Image, Image.Image] | None:
    """`gray` (mode "L") without what is much fainter than its ink, and that alone, both black on
    white; None where there is little."""
    ink, paper = _find_tones(gray)
    span = paper - ink
    if span < _CONTRAST:
        return None
    faint_from, paper_from = ink + (1 - _FAINT) * span, paper - _PAPER * span
    cells = gray.reduce(_CELL)
    dark = gray.point([255 if value < faint_from else 0 for value in range(256)]).reduce(_CELL)
    dark = dark.point([255 if value else 0 for value in range(256)])
    faint = cells.point([255 if value < paper_from else 0 for value in range(256)])
    print_ = _widen(dark)
    apart = ImageChops.subtract(faint, print_)
    if apart.histogram()[255] < _MUCH * dark.histogram()[255]:
        return None
    black = ink + (1 - _BLACK) * span
    marks = gray.point(_stretch(faint_from, paper_from))
    marks.paste(255, mask=print_.resize(gray.size, Image.Resampling.NEAREST))
    return gray.point(_stretch(black, faint_from)), marks


def _stretch(black: float, white: float) -> list[int]:
    """The tones from `black` to `white` over the whole range."""
    return [
        max(0, min(255, round((value - black) * 255 / (white - black)))) for value in range(256)
    ]


def _widen(dark: Image.Image) -> Image.Image:
    """`dark` (0 and 255) with what lies within `_EDGE` px of it; a fifth of MaxFilter's time."""
    return dark.filter(ImageFilter.BoxBlur(_EDGE)).point([0] + [255] * 255)


def _find_tones(gray: Image.Image) -> tuple[int, int]:
    histogram = gray.histogram()
    total = sum(histogram)
    ink = paper = seen = 0
    for value, count in enumerate(histogram):
        if seen < total * _INK / 1000:
            ink = value
        if seen < total / 2:
            paper = value
        seen += count
    return ink, paper
