"""Insert blocks into a page's reading order by where they stand. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from documents.text.page_layout import Block, Box, PageLayout

#: Blocks stand in one column from this common share of the narrower one's width.
_ONE_COLUMN = 0.3


def insert_blocks(layout: PageLayout, blocks: Sequence[Block], *, ids: str = "r") -> PageLayout:
    """`layout` with `blocks` (px of the layout, in their own order) where a reader meets them.

    A block goes before the first one of its column that stands below it, else after the last one of
    its column, else by its height on the page. The blocks get ids of their own, which begin with
    `ids`; places in the order are given again.
    """
    if not blocks:
        return layout
    ordered = layout.blocks_in_order()
    for number, block in enumerate(blocks):
        named = replace(block, id=f"{ids}{number + 1}", order=0)  # the final place is given below
        ordered.insert(_find_place(ordered, named), named)
    return replace(
        layout,
        blocks=tuple(
            block if block.order is None else replace(block, order=index)
            for index, block in enumerate(ordered)
        ),
    )


def overlap_share(box: Box, other: Box) -> float:
    """The share (0 to 1) of `box` that lies in `other`."""
    across = min(box[2], other[2]) - max(box[0], other[0])
    down = min(box[3], other[3]) - max(box[1], other[1])
    area = (box[2] - box[0]) * (box[3] - box[1])
    return across * down / area if across > 0 and down > 0 and area > 0 else 0.0


def _find_place(ordered: Sequence[Block], block: Block) -> int:
    middle = (block.bbox[1] + block.bbox[3]) / 2
    column = [index for index, other in enumerate(ordered) if _is_in_column(block, other)]
    for index in column:
        if ordered[index].bbox[1] > middle:
            return index
    if column:
        return column[-1] + 1
    below = (index for index, other in enumerate(ordered) if other.bbox[1] > middle)
    return next(below, len(ordered))


def _is_in_column(block: Block, other: Block) -> bool:
    common = min(block.bbox[2], other.bbox[2]) - max(block.bbox[0], other.bbox[0])
    narrower = min(block.bbox[2] - block.bbox[0], other.bbox[2] - other.bbox[0])
    return common > _ONE_COLUMN * narrower
