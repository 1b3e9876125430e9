"""Read a doubtful page once more without streaks or faint marks, and keep what is better.

Streaks are lines of dust from a scanner's glass; marks are print of the other side that shows
through, pale stamps, dirt. Tried only where the page as it is was read with doubt: pages that are
read well cost nothing, and neither pale print nor printed lines are lost. What pale stamps
say beside the print is read apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import structlog
from PIL import Image

from documents.errors import EngineFailed, ReadingTimeout
from documents.text.page_layout import PageLayout

from .correction.faint import part_faint_marks
from .correction.streaks import take_off_streaks
from .engines.base import Engine
from .mark_blocks import add_marks

log = structlog.get_logger(__name__)

#: A page read with less certainty (raw, not calibrated) is doubtful.
_DOUBTFUL = 0.97


class Kept(NamedTuple):
    """Another reading is kept where it is more certain by `better`, and at least the share
    `as_many` of the letters that the first was certain of is certain in it, too."""

    better: float
    as_many: float


#: Marks may be pale print. A streak is a defect, of which a reading shows little: it tears lines
#: apart (79 blocks instead of 11, word F1 0.68 instead of 0.94 at the same certainty).
WITHOUT_MARKS, WITHOUT_STREAKS = Kept(0.01, 0.97), Kept(-0.02, 0.9)

#: The page without something and, of marks, these alone; None where there are none.
_TakeOff = Callable[[Image.Image], "tuple[Image.Image, Image.Image | None] | None"]

#: A word with this certainty is certain.
_CERTAIN = 0.8


def read_clearer(
    layout: PageLayout,
    image: Image.Image,
    *,
    dpi: float,
    engine: Engine,
    language: str,
    seconds: float,
    without_marks: bool = False,
) -> tuple[PageLayout, Image.Image]:
    """The better one of `layout`, which `engine` read from `image` (gray), and of another reading
    of the same page without streaks or faint marks; with it the image that it was read from, as
    large.

    `seconds`: limit of the other readings by the clock; past it the best so far is kept.
    `without_marks`: the marks have been taken off the image already.
    """
    deadline = time.monotonic() + seconds
    ways: list[tuple[str, _TakeOff, Kept]] = [("streaks", _take_off_streaks, WITHOUT_STREAKS)]
    if not without_marks:
        ways.append(("marks", part_faint_marks, WITHOUT_MARKS))
    for what, take_off, kept in ways:
        left = deadline - time.monotonic()
        if layout.confidence is None or layout.confidence >= _DOUBTFUL or left <= 0:
            break
        parted = take_off(image)
        if parted is None:
            continue
        clear, marks = parted
        try:
            again = engine.read(clear, dpi=dpi, language=language, seconds=left)
        except (ReadingTimeout, EngineFailed):
            break
        better = is_better(again, layout, kept)
        log.info("page_read_clearer", without=what, kept=better)
        if better:
            layout, image = again, clear
        if marks is not None:
            left = deadline - time.monotonic()
            layout = add_marks(
                layout, marks, dpi=dpi, engine=engine, language=language, seconds=left
            )
    return layout, image


def _take_off_streaks(image: Image.Image) -> tuple[Image.Image, None] | None:
    clear = take_off_streaks(image)
    return None if clear is None else (clear, None)


def is_better(again: PageLayout, first: PageLayout, kept: Kept = WITHOUT_MARKS) -> bool:
    """Whether `again` is as certain as `kept` demands beside `first`, and of as many letters."""
    more = (again.confidence or 0.0) >= (first.confidence or 0.0) + kept.better
    return more and _count_certain(again) >= kept.as_many * _count_certain(first)


def _count_certain(layout: PageLayout) -> int:
    return sum(
        len(word.text)
        for block in layout.blocks
        for word in block.words()
        if (word.confidence or 0.0) >= _CERTAIN
    )
