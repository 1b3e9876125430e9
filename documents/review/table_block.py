"""A block as a table, and as something else again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from documents.review.apply_correction import TYPED, build_markdown, correct_block
from documents.review.edits import TABLE
from documents.text.page_layout import Block
from documents.text.safe_html import sanitise_table
from documents.text.tables import (
    Cell,
    cells_to_html,
    parse_cells,
    rows_to_markdown,
    rows_to_text,
    spread_cells,
)
from documents.text.word_alignment import Effort


def make_table(block: Block, rows: Sequence[Sequence[Cell]], effort: Effort) -> Block:
    """`block` as a table of these cells; words that it had already keep their boxes."""
    spread = spread_cells(rows)
    text = rows_to_text(spread)
    placed = correct_block(block, text, effort)
    return replace(
        placed,
        label=TABLE,
        text=text,
        markdown=rows_to_markdown(spread),
        html=cells_to_html(rows),
        confidence=TYPED,
    )


def replace_in_table(block: Block, start: int, stop: int, new: str) -> Block | None:
    """`block`, a table, with the words `start` to `stop` of its text replaced in their cell; None
    where the text is not that of the cells. Words that reach into further cells go there, too."""
    rows = parse_cells(sanitise_table(block.html))
    if [word for row in rows for cell in row for word in cell.text.split()] != block.text.split():
        return None
    first = 0
    added = False
    for row in rows:
        for index, cell in enumerate(row):
            words = cell.text.split()
            begin, end = first, first + len(words)
            first = end
            holds = begin <= start < end or (start == stop == end and words)
            if not holds and not (begin < stop and start < end):
                continue
            kept = [*words[: max(start - begin, 0)], *([] if added else new.split())]
            row[index] = replace(cell, text=" ".join([*kept, *words[max(stop - begin, 0) :]]))
            if start == stop:
                return make_table(block, rows, Effort())
            added = True
    return make_table(block, rows, Effort()) if added else None


def cells_of_text(text: str) -> list[list[Cell]]:
    """A row a line; cells are separated by tabs."""
    return [[Cell(cell.strip()) for cell in line.split("\t")] for line in text.splitlines()]


def relabel(block: Block, label: str) -> Block:
    """`block` with another label. A text that becomes a table has a row a line, its cells separated
    by tabs; a table that becomes a text keeps its lines."""
    if label == TABLE and not block.html:
        cells = cells_of_text(block.text)
        rows = spread_cells(cells)
        html = cells_to_html(cells)
        return replace(block, label=label, markdown=rows_to_markdown(rows), html=html)
    if label == TABLE:
        return replace(block, label=label)
    return replace(block, label=label, html="", markdown=build_markdown(block, block.text, label))
