"""Flag what in a page's reading is not to be trusted. Pure."""

from __future__ import annotations

from documents.review.flag_rules import (
    CUT,
    Flag,
    add_flags,
    find_causes,
    find_lone_empty_blocks,
    has_disputed_empty_block,
)
from documents.text.page_layout import PageLayout

from .compare_layouts import compare_layouts, has_sure_text
from .evidence import InkDetector


def assess_layout(
    layout: PageLayout, second: PageLayout | None = None, ink: InkDetector | None = None
) -> PageLayout:
    """`layout` as it will be recorded: compared with `second` where there is one, and flagged.

    `layout`: an engine's reading. An engine that cut a block's repetition (`cut_repetition`)
    gives that block the confidence `documents.review.flag_rules.CUT`. `second`: Tesseract's reading
    of the same upright image; None for a reading by Tesseract itself. `ink`: whether a box (px of
    the layouts) has anything printed in it (`make_ink_detector`); None where there is no image.

    The layout keeps its flags. Raises ValueError where the two are not of one image.
    """
    cut = any(block.confidence == CUT and not block.lines for block in layout.blocks)
    read = layout if second is None else compare_layouts(layout, second, ink)
    # Of these two more is known here than the layout shows.
    found = find_causes(read) - {Flag.EMPTY_REGION, Flag.REPETITION}
    if _has_empty_region(read, second, ink):
        found.add(Flag.EMPTY_REGION)
    if cut:
        found.add(Flag.REPETITION)
    return add_flags(read, found)


def _has_empty_region(read: PageLayout, second: PageLayout | None, ink: InkDetector | None) -> bool:
    """Whether text is printed where the reading has none.

    The best evidence is words that the second reader saw in an empty block, or on a page on which
    the first saw nothing; otherwise ink in an empty block that continues no other block.
    """
    if has_disputed_empty_block(read):
        return True
    if ink is not None and any(ink(block.bbox) for block in find_lone_empty_blocks(read)):
        return True
    return second is not None and not read.blocks and has_sure_text(second)
