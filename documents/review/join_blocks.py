"""Two blocks out of one, one out of several. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from documents.review.apply_correction import build_markdown, correct_block
from documents.text.page_layout import Block, Box, bounding_box, mean_confidence
from documents.text.word_alignment import Effort

_WORD = re.compile(r"\S+")


def split_block(block: Block, at: int, new_id: str, effort: Effort) -> tuple[Block, Block]:
    """`block` up to its word number `at` (from 0; both parts have words), and a new block with the
    rest."""
    place = [found.start() for found in _WORD.finditer(block.text)][at]
    texts = block.text[:place].strip(), block.text[place:].strip()
    upper, lower = (
        replace(
            correct_block(block, text, effort), confidence=block.confidence, figure="", continues=""
        )
        for text in texts
    )
    share = len(texts[0]) / max(len(texts[0]) + len(texts[1]), 1)
    first = replace(
        upper,
        bbox=_box_of(upper, block, 0.0, share),
        figure=block.figure,
        markdown=build_markdown(block, texts[0]),
        continues=block.continues,
    )
    second = replace(
        lower,
        id=new_id,
        bbox=_box_of(lower, block, share, 1.0),
        markdown=build_markdown(lower, texts[1]),
    )
    return first, second


def _box_of(part: Block, whole: Block, start: float, stop: float) -> Box:
    """Around the part's words; without words, the part's share of the block's height."""
    words = [word.bbox for word in whole.words()]
    own = [word.bbox for word in part.words()]
    if words and own:
        return bounding_box(own)
    x0, y0, x1, y1 = whole.bbox
    return (x0, y0 + (y1 - y0) * start, x1, y0 + (y1 - y0) * stop)


def join_blocks(blocks: Sequence[Block]) -> Block:
    """The first of `blocks` with the lines, words and disputes of all. None is a table."""
    first = blocks[0]
    text = "\n".join(block.text for block in blocks if block.text)
    return replace(
        first,
        bbox=bounding_box(block.bbox for block in blocks),
        order=first.order if first.order is not None else 0,
        text=text,
        markdown=build_markdown(first, text),
        confidence=mean_confidence((block.confidence, len(block.text)) for block in blocks),
        lines=tuple(line for block in blocks for line in block.lines),
        disputes=tuple(dispute for block in blocks for dispute in block.disputes),
        continues="",
    )
