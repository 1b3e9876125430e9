"""Tables without rules, from how the words of a page line up. Pure.

What is not certainly one, but belongs together by rows (forms, contents), is read row by row: an
engine may have read it column by column.

The same for what an engine has read and for the text layer of a page that a program made.
"""

from __future__ import annotations

import statistics

import structlog

from documents.text.other_lines import make_line, replace_lines
from documents.text.page_layout import Block, Box, PageLayout, Word

from .put_tables import put_tables
from .tables.aligned import belongs_by_rows, make_grid, may_hold_table
from .tables.aligned_rows import Row, Run, find_runs, make_rows
from .tables.words import build_table

log = structlog.get_logger(__name__)

#: The slope of the page's lines is asked of those with as many words; smaller slopes are none.
_WORDS, _LEVEL = 5, 0.001


def make_aligned_tables(layout: PageLayout, *, ids: str = "a") -> PageLayout:
    """`layout` with a block for each table that is certainly one, and for rows that were torn; its
    ruled tables stay. The ids of new blocks begin with `ids`."""
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
        elif belongs_by_rows(run) and _is_torn(run, blocks):
            tables.append(_make_text(run))
            taken.update(id(word) for row in run.rows for word in _words(row))
    if not tables:
        return layout
    log.info("aligned_tables_found", labels=[table.label for table in tables])
    tables.sort(key=lambda table: table.bbox[1])
    return put_tables(layout, tables, taken, ids=ids)


def _words(row: Row) -> list[Word]:
    return [word for segment in row.segments for word in segment.words]


def _is_torn(run: Run, blocks: list[Block]) -> bool:
    """Whether most rows of the run are read in pieces, with something else between."""
    places = {
        id(word): (number, at)
        for number, block in enumerate(blocks)
        for at, line in enumerate(block.lines)
        for word in line.words
    }
    rows = [{places[id(word)] for word in _words(row)} for row in run.rows]
    return 2 * sum(len(places) > 1 for places in rows) > len(rows)


def _make_text(run: Run) -> Block:
    """The run as lines of text, row by row."""
    lines = [make_line(_words(row)) for row in run.rows]
    return replace_lines(Block("", "text", run.rows[0].box, None, ""), lines)


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
