"""Add to a page what its file holds elsewhere: values of a form, names of a portfolio's files."""

from __future__ import annotations

from dataclasses import replace

from documents.review.flag_rules import Flag, add_flags
from documents.text.markdown import paragraphs_to_markdown
from documents.text.page_layout import Block, Line, PageLayout


def add_contents(layout: PageLayout, lines: tuple[str, ...] | None) -> PageLayout:
    """The layout with `lines` behind its text, and the flag that says so; unchanged for None.

    Nobody sees them at any place of the page: their box is the whole page, and they have no words.
    """
    if lines is None:
        return layout
    if lines:
        page = (0.0, 0.0, float(layout.width), float(layout.height))
        orders = [block.order for block in layout.blocks if block.order is not None]
        block = Block(
            id="contents",
            label="text",
            bbox=page,
            order=max(orders, default=-1) + 1,
            text="\n".join(lines),
            markdown=paragraphs_to_markdown([[line] for line in lines]),
            lines=tuple(Line(line, page) for line in lines),
        )
        layout = replace(layout, blocks=(*layout.blocks, block))
    return add_flags(layout, (Flag.CONTENT_ELSEWHERE,))
