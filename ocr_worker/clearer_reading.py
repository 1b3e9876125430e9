"""Read a doubtful page once more without its faint marks, and keep what is better.

Marks are print of the other side that shows through, pale stamps, dirt. Tried only where the page
as it is was read with doubt: pages that are read well cost nothing, and pale print is not lost.
"""

from __future__ import annotations

import structlog
from PIL import Image

from documents.errors import EngineFailed, ReadingTimeout
from documents.text.page_layout import PageLayout

from .correction.faint import take_off_faint_marks
from .engines.base import Engine

log = structlog.get_logger(__name__)

#: A page read with less certainty (raw, not calibrated) is doubtful.
_DOUBTFUL = 0.97

#: Another reading is kept where it is more certain by so much, and at least this share of the
#: letters that the first was certain of is certain in it, too.
_BETTER, _AS_MANY = 0.01, 0.97

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
) -> tuple[PageLayout, Image.Image]:
    """The better one of `layout`, which `engine` read from `image` (gray), and of another reading
    of the same page without faint marks; with it the image that it was read from, as large.

    `seconds`: limit of the other reading by the clock; past it `layout` is kept.
    """
    if layout.confidence is None or layout.confidence >= _DOUBTFUL or seconds <= 0:
        return layout, image
    clear = take_off_faint_marks(image)
    if clear is None:
        return layout, image
    try:
        again = engine.read(clear, dpi=dpi, language=language, seconds=seconds)
    except (ReadingTimeout, EngineFailed):
        return layout, image
    better = is_better(again, layout)
    log.info("page_read_clearer", kept=better)
    return (again, clear) if better else (layout, image)


def is_better(again: PageLayout, first: PageLayout) -> bool:
    """Whether `again` is more certain than `first`, and of no fewer letters."""
    more = (again.confidence or 0.0) >= (first.confidence or 0.0) + _BETTER
    return more and _count_certain(again) >= _AS_MANY * _count_certain(first)


def _count_certain(layout: PageLayout) -> int:
    return sum(
        len(word.text)
        for block in layout.blocks
        for word in block.words()
        if (word.confidence or 0.0) >= _CERTAIN
    )
