"""Read print and the coloured marks over it apart: stamps, seals, pens.

In gray a blue stamp is as dark as the print under it, and an engine reads neither. The lightest
colour channel of a px shows what is black, which is the print; the difference between the channels
shows what has a colour, which is the mark. Tried only where words under such marks are doubtful or
missing.
"""

from __future__ import annotations

from typing import NamedTuple

import structlog
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from documents.errors import EngineFailed, ReadingTimeout
from documents.text.page_layout import PageLayout
from ocr_worker.rendering.rotate import rotate_clockwise

from .clearer_reading import Kept, is_better
from .correction import Corrected
from .correction.warp import warp
from .engines.base import Engine

log = structlog.get_logger(__name__)

#: The colour of a mark: the difference (of 255) between the channels of a px, and its brightness
#: at most.
_COLOUR, _LIGHT = 48, 170

#: Words with less certainty (raw) are doubtful; so many of them have a mark over this share of
#: their box at least, or nothing is tried.
_DOUBTFUL, _LEAST_WORDS, _MARKED = 0.85, 3, 0.03

#: Print is darker than this (of 255); within so many px of marks, and not within so many of any
#: word, so many px of it are a dozen letters at 200 dpi that were not read.
_INK, _NEAR, _AROUND, _UNREAD = 120, 12, 4, 800

#: The reading without the marks is kept where it is surer, or certain of more letters, by so much.
_SURER, _OF_MORE = Kept(0.005, 1.0), Kept(-0.03, 1.01)

#: Corrections of the light after which the colours of the page say nothing about what was read.
_OF_LIGHT = frozenset({"noise", "blur", "bands", "negative", "shadow", "stripes"})


class Apart(NamedTuple):
    """A reading of the print alone, the image that it was read from, and the marks alone, black on
    white."""

    layout: PageLayout
    image: Image.Image
    marks: Image.Image


def can_read_apart(corrected: Corrected) -> bool:
    """Whether the page in colour shows what was read of the `corrected` one."""
    return not _OF_LIGHT & set(corrected.done)


def read_apart(
    layout: PageLayout,
    colour: Image.Image,
    corrected: Corrected,
    *,
    dpi: float,
    engine: Engine,
    language: str,
    seconds: float,
) -> Apart | None:
    """A better reading than `layout`, which `engine` read from `corrected`, of its print without
    its marks; None where there is none.

    `colour`: the page before it was corrected, "RGB", as large. `seconds`: limit by the clock.
    """
    red, green, blue = (_straighten(channel, corrected) for channel in colour.split())
    lightest = ImageChops.lighter(red, ImageChops.lighter(green, blue)).point(_PALER)
    darkest = ImageChops.darker(red, ImageChops.darker(green, blue)).point(_PALER)
    # What is light, as of a text marker, hides nothing.
    dark = corrected.image.point(_IS_DARK)
    mark = ImageChops.darker(ImageChops.subtract(lightest, darkest), dark)
    turn = layout.rotation
    if not _hides_words(layout, rotate_clockwise(mark, turn), rotate_clockwise(lightest, turn)):
        return None
    try:
        again = engine.read(lightest, dpi=dpi, language=language, seconds=seconds)
    except (ReadingTimeout, EngineFailed):
        return None
    kept = again.rotation == layout.rotation and any(
        is_better(again, layout, rule) for rule in (_SURER, _OF_MORE)
    )
    log.info("page_read_without_colour", kept=kept)
    if not kept:
        return None
    return Apart(again, lightest, ImageChops.invert(mark.point(_STRONGER)))


#: What is left of a mark in the lightest channel becomes paper.
_PALER = [min(255, value * 255 // 205) for value in range(256)]

#: A pale mark becomes as dark as print.
_STRONGER = [0 if value < _COLOUR else min(255, 3 * value) for value in range(256)]
_IS_DARK = [255 if value < _LIGHT else 0 for value in range(256)]
_IS_WHOLE = [255 if value == 255 else 0 for value in range(256)]
_IS_SOME = [0] + [255] * 255
_IS_INK = [255 if value < _INK else 0 for value in range(256)]
_IS_MARK = [255 if value >= _COLOUR else 0 for value in range(256)]


def _straighten(channel: Image.Image, corrected: Corrected) -> Image.Image:
    """`channel` of the page with its points where those of the corrected page lie."""
    if corrected.place is None:
        return channel
    return warp(channel, corrected.place, corrected.image.size, paper=255)


def _hides_words(layout: PageLayout, mark: Image.Image, lightest: Image.Image) -> bool:
    """Whether doubtful words of `layout` lie under marks, or print of which there are no words."""
    # The coloured edges of letters on a text marker's ground are thinner than a stamp's lines.
    core = mark.point(_IS_MARK).filter(ImageFilter.BoxBlur(1)).point(_IS_WHOLE)
    near = core.filter(ImageFilter.BoxBlur(_NEAR)).point(_IS_SOME)
    unread = ImageChops.multiply(lightest.point(_IS_INK), near)
    draw = ImageDraw.Draw(unread)
    for word in layout.words():
        x0, y0, x1, y1 = word.bbox
        draw.rectangle((x0 - _AROUND, y0 - _AROUND, x1 + _AROUND, y1 + _AROUND), fill=0)
    if unread.histogram()[255] >= _UNREAD:
        return True
    found = 0
    for word in layout.words():
        if (word.confidence or 0.0) >= _DOUBTFUL:
            continue
        x0, y0, x1, y1 = map(round, word.bbox)
        if x1 - x0 < 2 or y1 - y0 < 2:
            continue
        cut = core.crop((x0, y0, x1, y1))
        found += cut.histogram()[255] >= _MARKED * cut.width * cut.height
    return found >= _LEAST_WORDS
