"""A ruled table of a page that a program made is a table in the archive, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from documents.text.page_layout import Block, PageLayout
from documents.text.tables import parse_rows
from ocr_worker.rendering import Renderer
from tests.ocr_worker.drawn_pages import Draw, Sees, read_drawn
from tests.ocr_worker.files import cyrillic_font, write

ROWS = [
    ["Наименование", "Кол-во", "Цена, руб."],
    ["Бумага офисная", "12", "4 800,00"],
    ["Скрепки", "-", "96,50"],
    ["Папка-регистратор", "40", ""],
]
XS, TOP, ROW = (60, 260, 340, 460), 700, 30


def draw_table(canvas: Canvas, rows: list[list[str]] = ROWS, *, size: float = 11) -> None:
    bottom = TOP - ROW * len(rows)
    canvas.setLineWidth(0.5)
    for index in range(len(rows) + 1):
        canvas.line(XS[0], TOP - ROW * index, XS[-1], TOP - ROW * index)
    for x in XS:
        canvas.line(x, TOP, x, bottom)
    canvas.setFont(cyrillic_font(), size)
    for index, row in enumerate(rows):
        for x, text in zip(XS, row, strict=False):
            canvas.drawString(x + 6, TOP - ROW * index - 20, text)


def draw_page_with_table(canvas: Canvas) -> None:
    write(canvas, ["Спецификация к договору поставки № 15"])
    draw_table(canvas)
    write(canvas, ["Цены указаны с учётом налога на добавленную стоимость."], y=540)


def read(renderer: Renderer, path: Path, draw: Draw) -> PageLayout:
    engine = Sees()
    reading = read_drawn(renderer, engine, path / "a.pdf", draw)
    assert reading.engine == "text-layer"
    assert not engine.asked
    return reading.layout


def tables(layout: PageLayout) -> list[Block]:
    return [block for block in layout.blocks if block.label == "table"]


def texts(block: Block) -> list[list[str]]:
    return [list(row) for row in parse_rows(block.html or "")]


def test_cells_are_cells_and_the_table_stands_where_it_is_read(
    renderer: Renderer, tmp_path: Path
) -> None:
    layout = read(renderer, tmp_path, draw_page_with_table)

    before, table, after = layout.blocks_in_order()
    assert texts(table) == ROWS
    assert "| Бумага офисная | 12 | 4 800,00 |" in table.markdown
    assert before.text.startswith("Спецификация")
    assert after.text.startswith("Цены")
    assert "Скрепки" not in before.text + after.text


def test_a_word_of_a_cell_keeps_its_place_on_the_page(renderer: Renderer, tmp_path: Path) -> None:
    layout = read(renderer, tmp_path, draw_page_with_table)

    [table] = tables(layout)
    scale = layout.width / 595
    [word] = [word for word in table.words() if word.text == "Скрепки"]
    assert word.bbox[0] == pytest.approx((XS[0] + 6) * scale, abs=3)
    assert word.bbox[3] == pytest.approx((842 - TOP + 2 * ROW + 22) * scale, abs=6)


def test_a_cell_over_two_columns_spans_them(renderer: Renderer, tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_table(canvas, [["", ""], *ROWS[1:3]])
        canvas.setFillGray(1)
        canvas.rect(XS[1] - 2, TOP - ROW + 2, 4, ROW - 4, stroke=0, fill=1)
        canvas.setFillGray(0)
        canvas.drawString(XS[0] + 90, TOP - 20, "Товар и его количество")

    [table] = tables(read(renderer, tmp_path, draw))

    assert '<td colspan="2">Товар и его количество</td><td></td>' in (table.html or "")


def test_a_table_that_lies_on_its_side_is_one(renderer: Renderer, tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(595, 120)
        canvas.rotate(90)
        draw_page_with_table_at(canvas)

    def draw_page_with_table_at(canvas: Canvas) -> None:
        canvas.translate(0, -240)
        draw_table(canvas)

    layout = read(renderer, tmp_path, draw)

    assert layout.rotation
    [table] = tables(layout)
    assert texts(table) == ROWS


def draw_frame(canvas: Canvas) -> None:
    canvas.rect(40, 60, 515, 740)
    write(canvas, [f"Пункт {number}. Стороны договорились об этом." for number in range(1, 30)])


def draw_framed_columns(canvas: Canvas) -> None:
    for x in (40, 300, 555):
        canvas.line(x, 60, x, 800)
    for y in (60, 770, 800):
        canvas.line(40, y, 555, y)
    write(canvas, ["Вестник"], x=50, y=780)
    write(canvas, ["№ 4 за май"], x=310, y=780)
    for x in (50, 310):
        write(canvas, [f"Строка {number} колонки" for number in range(35)], x=x, y=750)


def draw_chart(canvas: Canvas) -> None:
    write(canvas, ["Выручка по месяцам"])
    for step in range(7):
        canvas.line(100, 300 + 50 * step, 500, 300 + 50 * step)
        canvas.line(100 + 66 * step, 300, 100 + 66 * step, 600)
        canvas.drawString(70, 297 + 50 * step, str(100 * step))
        canvas.drawString(100 + 66 * step, 285, f"0{step + 1}.25")
    canvas.drawString(240, 470, "план")
    canvas.drawString(400, 520, "факт")


def draw_underlined(canvas: Canvas) -> None:
    lines = ["Договор аренды", "Предмет договора", "Права и обязанности", "Ответственность"]
    write(canvas, lines)
    for number, line in enumerate(lines):
        y = 757 - 18 * number
        canvas.line(60, y, 60 + 7 * len(line), y)


@pytest.mark.parametrize("draw", [draw_frame, draw_framed_columns, draw_chart, draw_underlined])
def test_other_lines_make_no_table(renderer: Renderer, tmp_path: Path, draw: Draw) -> None:
    assert not tables(read(renderer, tmp_path, draw))
