"""What stands at a slope beside a page's text, as a stamp does, is read, or flagged."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from ocr_worker.engines import Engine
from ocr_worker.reading import PageReading, read_page
from ocr_worker.rendering import Renderer
from tests.ocr_worker.drawn_pages import Sees, put_at, read_drawn
from tests.ocr_worker.files import ENGLISH, font, picture, saved, write

STAMP = ["Received in Norwich", "17 June 2019"]


def draw_stamp(slant: float) -> Image.Image:
    stamp = Image.new("L", (420, 150), 255)
    draw = ImageDraw.Draw(stamp)
    draw.rectangle((4, 4, 415, 145), outline=0, width=5)
    for index, line in enumerate(STAMP):
        draw.text((40, 25 + 50 * index), line, fill=0, font=font(34))
    return stamp.rotate(slant, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def read_stamped(renderer: Renderer, engine: Engine, path: Path, slant: float) -> PageReading:
    def draw(canvas: Canvas) -> None:
        write(canvas, ENGLISH)
        stamp = draw_stamp(slant)
        put_at(canvas, stamp, 200, 300, 0.35 * stamp.width)

    return read_drawn(renderer, engine, path, draw)


@pytest.mark.parametrize("slant", [7, 12, 20, -30, 45, 70])
def test_a_slanted_stamp_beside_the_text_is_read(
    renderer: Renderer, engine: Engine, tmp_path: Path, slant: float
) -> None:
    reading = read_stamped(renderer, engine, tmp_path / "a.pdf", slant)

    text = " ".join(reading.layout.text.split())
    assert reading.engine == "text-layer"
    assert all(line in text for line in STAMP)
    assert not reading.layout.flags
    stamp = draw_stamp(slant)
    word = next(word for word in reading.layout.words() if word.text == "Norwich")
    scale = reading.layout.width / 595
    x, y = (word.bbox[0] + word.bbox[2]) / 2 / scale, (word.bbox[1] + word.bbox[3]) / 2 / scale
    assert 200 < x < 200 + 0.35 * stamp.width
    assert 842 - 300 - 0.35 * stamp.height < y < 842 - 300


def test_a_slanted_stamp_that_can_t_be_read_is_flagged(renderer: Renderer, tmp_path: Path) -> None:
    engine = Sees()
    reading = read_stamped(renderer, engine, tmp_path / "a.pdf", 20)

    assert engine.asked == 1
    assert "empty_region" in reading.layout.flags


def test_slanted_strokes_are_no_text(renderer: Renderer, tmp_path: Path) -> None:
    """A signature, an arrow, hatching, a drawing of curves."""

    def draw(canvas: Canvas) -> None:
        write(canvas, ENGLISH)
        canvas.line(60, 300, 200, 360)
        canvas.line(200, 360, 190, 350)
        for index in range(12):
            canvas.line(60 + 10 * index, 120, 120 + 10 * index, 180)
        canvas.saveState()
        canvas.setLineWidth(5)
        canvas.line(60, 520, 300, 460)
        canvas.restoreState()
        canvas.bezier(320, 300, 350, 420, 380, 250, 420, 340)
        canvas.bezier(420, 340, 440, 420, 400, 300, 480, 360)

    engine = Sees()
    reading = read_drawn(renderer, engine, tmp_path / "a.pdf", draw)

    assert engine.asked == 0
    assert reading.layout.flags == ()


@pytest.mark.parametrize("slant", [10, 20, -30, 90])
def test_a_stamp_at_an_angle_on_a_scan_is_read(
    renderer: Renderer, engine: Engine, tmp_path: Path, slant: float
) -> None:
    page = picture(2 * ENGLISH)
    page.paste(draw_stamp(slant), (500, 900))
    path = saved(page, tmp_path / "scan.png", dpi=(150, 150))
    layout = read_page(renderer, engine, path, "image/png", 1).layout

    words = layout.text.split()
    assert all(line in " ".join(words) for line in [*ENGLISH, *STAMP])
    assert len(words) == len(" ".join([*ENGLISH, *ENGLISH, *STAMP]).split())
    assert not layout.flags
