"""What stands at a right angle to a page's text is read as well as what stands along it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from ocr_worker.engines import Engine
from ocr_worker.reading import read_page
from ocr_worker.rendering import Renderer
from tests.ocr_worker.drawn_pages import Sees, put_at, read_drawn
from tests.ocr_worker.files import ENGLISH, PDF, pdf, picture, turned, write

STAMP = ["Received in Norwich", "17 June 2019"]


def draw_stamp(canvas: Canvas, turn: int) -> None:
    stamp = picture(STAMP, width=600, height=300).rotate(-turn, expand=True)
    put_at(canvas, stamp, 300, 250, 0.3 * stamp.width)


@pytest.mark.parametrize("turn", [90, 270])
def test_a_stamp_on_its_side_is_read(
    renderer: Renderer, engine: Engine, tmp_path: Path, turn: int
) -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, ENGLISH)
        draw_stamp(canvas, turn)

    reading = read_drawn(renderer, engine, tmp_path / "a.pdf", draw)

    text = " ".join(reading.layout.text.split())
    assert reading.engine == "text-layer"
    assert all(line in text for line in STAMP)
    assert not reading.layout.flags
    word = next(word for word in reading.layout.words() if word.text == "Norwich")
    x, y = (word.bbox[0] + word.bbox[2]) / 2, (word.bbox[1] + word.bbox[3]) / 2
    assert 300 / 595 < x / reading.layout.width < 390 / 595
    assert (842 - 430) / 842 < y / reading.layout.height < (842 - 250) / 842


def test_an_upright_stamp_is_read_on_a_page_whose_text_lies_on_its_side(
    renderer: Renderer, engine: Engine, tmp_path: Path
) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.translate(600, 0)
        canvas.rotate(90)
        write(canvas, ENGLISH)
        canvas.restoreState()
        draw_stamp(canvas, 0)

    path = turned(pdf(tmp_path / "a.pdf", draw, size=(842, 595)), 0)
    reading = read_page(renderer, engine, path, PDF, 1)

    assert all(line in " ".join(reading.layout.text.split()) for line in STAMP)


def test_a_stamp_on_its_side_that_can_t_be_read_is_flagged(
    renderer: Renderer, tmp_path: Path
) -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, ENGLISH)
        draw_stamp(canvas, 90)

    engine = Sees()
    reading = read_drawn(renderer, engine, tmp_path / "a.pdf", draw)

    assert engine.asked == 1
    assert "empty_region" in reading.layout.flags


def test_check_boxes_and_figures_under_each_other_are_no_text_on_its_side(
    renderer: Renderer, tmp_path: Path
) -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, ENGLISH)
        for row in range(12):
            canvas.rect(60, 200 + 13 * row, 10, 10)
        figures = Image.new("L", (60, 900), 255)
        for row in range(12):
            figures.paste(
                picture([f"{17 * row}"], width=160, height=200).crop((90, 140, 150, 200)),
                (0, 70 * row),
            )
        put_at(canvas, figures, 300, 100, 20)

    engine = Sees()
    reading = read_drawn(renderer, engine, tmp_path / "a.pdf", draw)

    assert not reading.layout.flags
