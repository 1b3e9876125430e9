"""Tables in place of the words that lie in them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from documents.text.other_lines import make_line, replace_lines
from documents.text.page_layout import Block, PageLayout, Word

from .place_blocks import insert_blocks
from .tables.grid import Grid
from .tables.words import straight_box


def find_words_inside(layout: PageLayout, grid: Grid) -> Iterator[Word]:
    """The words whose middles lie in the table."""
    left, top, right, bottom = grid.box
    for word in layout.words():
        x0, y0, x1, y1 = straight_box(grid, word.bbox)
        if left <= (x0 + x1) / 2 <= right and top <= (y0 + y1) / 2 <= bottom:
            yield word


def put_tables(
    layout: PageLayout, tables: Sequence[Block], taken: Collection[int], *, ids: str = "t"
) -> PageLayout:
    """`layout` with `tables` where a reader meets them, and without the words with the ids (`id()`)
    `taken`. The ids of the new blocks begin with `ids`."""
    left = [kept for block in layout.blocks if (kept := _drop_words(block, taken)) is not None]
    return insert_blocks(replace(layout, blocks=tuple(left)), tables, ids=ids)


def _drop_words(block: Block, taken: Collection[int]) -> Block | None:
    """The block without the words with these ids; None where no word is left."""
    if not any(id(word) in taken for word in block.words()):
        return block
    kept = ([word for word in line.words if id(word) not in taken] for line in block.lines)
    lines = [make_line(words) for words in kept if words]
    return replace_lines(block, lines) if lines else None
