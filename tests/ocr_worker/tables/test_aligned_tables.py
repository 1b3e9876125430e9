"""What stands in columns without rules is a table where it certainly is one, else text."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from documents.text.page_layout import PageLayout
from documents.text.tables import parse_rows
from ocr_worker.engines import Engine
from ocr_worker.reading import read_page
from ocr_worker.rendering import Renderer
from tests.ocr_worker.drawn_pages import Sees, read_drawn
from tests.ocr_worker.files import cyrillic_font, saved, write
from tests.ocr_worker.tables.drawn_columns import OTHERS, PRICES, TABLES, page


def read(renderer: Renderer, engine: Engine, name: str, directory: Path) -> PageLayout:
    draw = TABLES[name][0] if name in TABLES else OTHERS[name]
    path = saved(page(draw), directory / "page.png", dpi=(200, 200))
    return read_page(renderer, engine, path, "image/png", 1).layout


@pytest.mark.parametrize("name", TABLES)
def test_rows_and_columns_are_those_of_the_page(
    renderer: Renderer, engine: Engine, tmp_path: Path, name: str
) -> None:
    layout = read(renderer, engine, name, tmp_path)
    before, table, after = layout.blocks_in_order()
    assert table.label == "table"
    rows = [[cell.split() for cell in row] for row in parse_rows(table.html)]
    true = [[cell.split() for cell in row] for row in TABLES[name][1]]
    assert [len(row) for row in rows] == [len(row) for row in true]
    cells = list(zip(chain(*rows), chain(*true), strict=True))
    assert sum(one == other for one, other in cells) >= 0.9 * len(cells)
    assert not before.html
    assert not after.html


@pytest.mark.parametrize("name", OTHERS)
def test_what_only_lines_up_stays_text(
    renderer: Renderer, engine: Engine, tmp_path: Path, name: str
) -> None:
    layout = read(renderer, engine, name, tmp_path)
    assert layout.text
    assert not any(block.html for block in layout.blocks)


@pytest.mark.parametrize("name", ["form", "labels", "rising prices"])
def test_what_belongs_together_is_read_row_by_row(
    renderer: Renderer, engine: Engine, tmp_path: Path, name: str
) -> None:
    lines = read(renderer, engine, name, tmp_path).text.splitlines()
    expected = {"form": "Дата рождения 12.05.1988", "labels": "Вес: 12,5"}
    assert expected.get(name, "Скрепки 38") in lines


def test_so_it_is_on_pages_that_a_program_made(renderer: Renderer, tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, ["Прейскурант с 1 декабря. Цены указаны с учётом налога."])
        canvas.setFont(cyrillic_font(), 11)
        for number, (name, unit, price) in enumerate(PRICES):
            canvas.drawString(60, 700 - 18 * number, name)
            canvas.drawString(300, 700 - 18 * number, unit)
            canvas.drawRightString(460, 700 - 18 * number, price)
        for x in (60, 320):
            prose = ["Стороны договорились о том, что", "товар поставляется в срок."] * 4
            write(canvas, prose, x=x, y=500)

    layout = read_drawn(renderer, Sees(), tmp_path / "a.pdf", draw).layout

    [table] = [block for block in layout.blocks if block.html]
    assert parse_rows(table.html) == PRICES
    assert "| Скрепки канцелярские | кор. | 38,00 |" in table.markdown
