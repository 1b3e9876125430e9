"""Cells from ruling lines: where a table is, and where none is."""

from __future__ import annotations

import time

import pytest
from PIL import Image, ImageDraw

from ocr_worker.rendering.rules import find_rules
from ocr_worker.tables.grid import Grid, find_grids
from tests.ocr_worker.files import ENGLISH, picture
from tests.ocr_worker.tables.drawn_tables import draw_table


def grids(image: Image.Image) -> list[Grid]:
    return find_grids(find_rules(image))


def size(grid: Grid) -> tuple[int, int]:
    return (
        max(cell.row + cell.rowspan for cell in grid.cells),
        max(cell.column + cell.colspan for cell in grid.cells),
    )


@pytest.mark.parametrize("style", ["plain", "thick", "hair", "gray", "double", "open", "turned"])
def test_rows_and_columns_are_those_that_were_drawn(style: str) -> None:
    [grid] = grids(draw_table(style).image)
    assert size(grid) == (12, 5)
    assert len(grid.cells) == 60


@pytest.mark.parametrize("dpi", [100, 150, 300, 400])
def test_the_resolution_does_not_matter(dpi: int) -> None:
    [grid] = grids(draw_table(dpi=dpi).image)
    assert size(grid) == (12, 5)


@pytest.mark.parametrize("degrees", [-0.9, -0.3, 0.5, 0.9])
def test_a_slightly_crooked_table_is_the_same(degrees: float) -> None:
    [grid] = grids(draw_table(degrees=degrees).image)
    assert size(grid) == (12, 5)


def test_a_cell_without_a_rule_inside_spans() -> None:
    [grid] = grids(draw_table("merged").image)
    spanning = [cell for cell in grid.cells if cell.colspan > 1]
    assert [(cell.row, cell.column, cell.colspan) for cell in spanning] == [
        (2, 1, 4), (6, 1, 4), (10, 1, 4),
    ]  # fmt: skip


def test_a_cell_that_spans_rows() -> None:
    page = Image.new("L", (1240, 1754), 255)
    draw = ImageDraw.Draw(page)
    draw.rectangle((100, 100, 1100, 400), outline=0, width=2)
    draw.line((400, 100, 400, 400), fill=0, width=2)
    draw.line((400, 250, 1100, 250), fill=0, width=2)
    [grid] = grids(page)
    assert [(cell.row, cell.column, cell.rowspan) for cell in grid.cells] == [
        (0, 0, 2), (0, 1, 1), (1, 1, 1),
    ]  # fmt: skip


def test_a_framed_paragraph_underlined_lines_and_a_circle_are_no_table() -> None:
    page = picture(ENGLISH)
    draw = ImageDraw.Draw(page)
    draw.rectangle((80, 130, 1150, 480), outline=0, width=3)
    for index in range(5):
        draw.line((100, 700 + 80 * index, 1100, 700 + 80 * index), fill=0, width=2)
    draw.ellipse((300, 1200, 700, 1600), outline=0, width=4)
    assert grids(page) == []


def test_a_page_without_rules_costs_little() -> None:
    page = picture(ENGLISH * 5, width=1654, height=2339)
    find_rules(page)
    begun = time.process_time()
    for _ in range(5):
        assert grids(page) == []
    # Measured: 15 ms; the bound leaves room for a machine that is slower or busy.
    assert (time.process_time() - begun) / 5 < 0.09
