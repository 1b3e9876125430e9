"""A ruled page is read by Tesseract, and what stands in a cell ends in that cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from documents.review.flag_rules import Flag
from documents.text.page_layout import Block, PageLayout, Word
from documents.text.safe_html import sanitise_table
from documents.text.tables import parse_rows
from ocr_worker.engines import Engine
from ocr_worker.reading import read_page
from ocr_worker.rendering import Renderer
from ocr_worker.tables.grid import Grid
from ocr_worker.tables.grid_cells import GridCell
from ocr_worker.tables.words import holds_columns, is_filled, place_read_words
from tests.ocr_worker.files import ENGLISH, picture, saved
from tests.ocr_worker.tables.drawn_tables import DrawnTable, draw_table


def read(renderer: Renderer, engine: Engine, drawn: DrawnTable, directory: Path) -> PageLayout:
    path = saved(drawn.image, directory / "table.png", dpi=(drawn.dpi, drawn.dpi))
    return read_page(renderer, engine, path, "image/png", 1).layout


def table_of(layout: PageLayout) -> Block:
    [table] = [block for block in layout.blocks if block.html]
    assert table.label == "table"
    assert parse_rows(sanitise_table(table.html)) == parse_rows(table.html)
    return table


def right_cells(table: Block, drawn: DrawnTable) -> float:
    """The share of the cells with text that are read without a fault in their place."""
    rows = parse_rows(table.html)
    found = [
        at < len(rows) and column < len(rows[at]) and rows[at][column].split() == text.split()
        for at, row in enumerate(drawn.rows)
        for column, text in enumerate(row)
        if text
    ]
    return sum(found) / len(found)


@pytest.mark.parametrize("style", ["thick", "turned", "band", "dotted"])
def test_cells_are_read_in_their_places(
    renderer: Renderer, engine: Engine, tmp_path: Path, style: str
) -> None:
    drawn = draw_table(style)
    layout = read(renderer, engine, drawn, tmp_path)
    table = table_of(layout)
    assert right_cells(table, drawn) >= 0.9
    # Rules between words are no text that was not read.
    assert Flag.EMPTY_REGION not in layout.flags
    texts = [block.text for block in layout.blocks_in_order()]
    # What stands above and below the table stays there, once.
    assert drawn.above.split()[0] in texts[0]
    assert drawn.below.split()[0] in texts[-1]


def test_every_word_of_a_table_has_its_box_for_search_and_marks(
    renderer: Renderer, engine: Engine, tmp_path: Path
) -> None:
    layout = read(renderer, engine, draw_table("merged"), tmp_path)
    table = table_of(layout)
    assert [word.text for word in table.words()] == table.text.split()
    x0, y0, x1, y1 = table.bbox
    for word in table.words():
        assert x0 <= (word.bbox[0] + word.bbox[2]) / 2 <= x1
        assert y0 <= (word.bbox[1] + word.bbox[3]) / 2 <= y1


def test_a_page_without_a_table_has_none(
    renderer: Renderer, engine: Engine, tmp_path: Path
) -> None:
    path = saved(picture(ENGLISH), tmp_path / "letter.png", dpi=(200, 200))
    layout = read_page(renderer, engine, path, "image/png", 1).layout
    assert not any(block.html for block in layout.blocks)


def test_rules_and_marks_of_letters_are_no_signs_of_a_cell() -> None:
    grid = Grid(
        cells=(GridCell(0, 0, 1, 1, (0, 0, 200, 50)), GridCell(0, 1, 1, 1, (200, 0, 400, 50))),
        slope=0.0,
        unit=1.0,
        box=(0, 0, 400, 50),
        rules=((199, 0, 201, 50),),
    )
    read = [
        Word("мегабайт", (10, 10, 120, 30), 0.95),
        Word(".", (90, 8, 96, 11), 0.1),  # what is over й
        Word("-", (130, 18, 138, 21), 0.3),
        Word("148]", (150, 10, 194, 30), 0.6),
        Word("(а)", (205, 10, 240, 30), 0.9),
        Word("[7", (204, 30, 240, 48), 0.9),
    ]
    first, second = place_read_words(grid, read).words
    assert [word.text for word in first] == ["мегабайт", "-", "148"]
    assert [word.text for word in second] == ["(а)", "7"]


def test_a_read_table_whose_rows_no_rule_parts_is_one() -> None:
    # A heading above two columns of thirty lines each, as lists of results are ruled.
    columns = [(column * 100.0, column * 100.0 + 100.0) for column in (0, 1)]
    cells = tuple(
        GridCell(row, column, 1, 1, (columns[column][0], top, columns[column][1], bottom))
        for row, (top, bottom) in enumerate([(0.0, 30.0), (30.0, 700.0)])
        for column in (0, 1)
    )
    grid = Grid(cells, slope=0.0, unit=1.0, box=(0.0, 0.0, 200.0, 700.0))
    words = [
        tuple(
            Word("17", (cell.box[0] + 20, y, cell.box[0] + 60, y + 12), 0.95)
            for y in range(round(cell.box[1]) + 8, round(cell.box[3]) - 12, 20)
        )
        for cell in cells
    ]
    assert is_filled(grid, words)
    # Of a page with text such cells may be a frame around its columns.
    assert holds_columns(grid, words)
