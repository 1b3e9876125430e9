"""Tables without rules, from how the words of a page line up. Pure.

The same for what an engine has read and for the text layer of a page that a program made.
"""

from __future__ import annotations

import statistics

import structlog

from documents.text.page_layout import Block, Box, PageLayout, Word

from .put_tables import put_tables
from .tables.aligned import make_grid, may_hold_table
from .tables.aligned_rows import find_runs, make_rows
from .tables.words import build_table

log = structlog.get_logger(__name__)

#: The slope of the page's lines is asked of those with as many words; smaller slopes are none.
_WORDS, _LEVEL = 5, 0.001


def make_aligned_tables(layout: PageLayout, *, ids: str = "a") -> PageLayout:
    """`layout` with a block for each table that is certainly one; its ruled tables stay. The ids of
    new blocks begin with `ids`."""
    blocks = [block for block in layout.blocks if not block.html]
    slope = _find_slope(blocks)

    def straighten(box: Box) -> Box:
        x, y = slope * (box[1] + box[3]) / 2, -slope * (box[0] + box[2]) / 2
        return box[0] + x, box[1] + y, box[2] + x, box[3] + y

    words = (word for block in blocks for word in block.words())
    rows = make_rows((straighten(word.bbox), word) for word in words)
    if not may_hold_table(rows):
        return layout
    tables: list[Block] = []
    taken: set[int] = set()
    for run in find_runs(rows):
        made = make_grid(run, slope)
        if made is not None:
            tables.append(build_table(*made))
            taken.update(id(word) for cell in made[1] for word in cell)
    if not tables:
        return layout
    log.info("aligned_tables_found", tables=len(tables))
    tables.sort(key=lambda table: table.bbox[1])
    return put_tables(layout, tables, taken, ids=ids)


def _find_slope(blocks: list[Block]) -> float:
    """The slope of most lines, px down a px to the right."""
    slopes = [
        (_middle(line.words[-1]) - _middle(line.words[0]))
        / (line.words[-1].bbox[0] - line.words[0].bbox[0])
        for block in blocks
        for line in block.lines
        if len(line.words) >= _WORDS and line.words[-1].bbox[0] > line.words[0].bbox[2]
    ]
    slope = statistics.median(slopes) if len(slopes) > 2 else 0.0
    return slope if abs(slope) > _LEVEL else 0.0


def _middle(word: Word) -> float:
    return (word.bbox[1] + word.bbox[3]) / 2
