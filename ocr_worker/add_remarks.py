"""Add to a page that was read by OCR what somebody wrote on it and drawing does not show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from documents.text.markdown import paragraphs_to_markdown
from documents.text.page_layout import Block, Line, PageLayout, Word, bounding_box
from ocr_worker.rendering import LayerWord
from ocr_worker.rendering.rotate import rotate_box


def add_remarks(
    layout: PageLayout, words: Sequence[LayerWord], size: tuple[float, float]
) -> PageLayout:
    """The layout with `words`, line by line, as its last block. They stand on the shown page of
    `size` points, before the layout's rotation; nobody recognised them, so they have no confidence.
    """
    if not words:
        return layout
    width, height = size
    shown = (height, width) if layout.rotation % 180 else (width, height)
    factor = layout.width / shown[0]
    lines = []
    for _, row in groupby(words, key=lambda word: word.bbox[1]):
        found = []
        for word in row:
            x0, y0, x1, y1 = rotate_box(word.bbox, layout.rotation, width, height)
            box = (x0 * factor, y0 * factor, x1 * factor, y1 * factor)
            found.append(Word(word.text, box))
        text = " ".join(word.text for word in found)
        lines.append(Line(text, bounding_box(word.bbox for word in found), tuple(found)))
    orders = [block.order for block in layout.blocks if block.order is not None]
    block = Block(
        id="remarks",
        label="text",
        bbox=bounding_box(line.bbox for line in lines),
        order=max(orders, default=-1) + 1,
        text="\n".join(line.text for line in lines),
        markdown=paragraphs_to_markdown([[line.text] for line in lines]),
        lines=tuple(lines),
    )
    return replace(layout, blocks=(*layout.blocks, block))
