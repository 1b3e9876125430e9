"""Words that a page has and nobody sees are no part of its reading."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from ocr_worker.reading import read_page
from ocr_worker.rendering import Renderer
from tests.ocr_worker.drawn_pages import Draw, Sees, put_at, read_drawn
from tests.ocr_worker.files import (
    ENGLISH,
    PDF,
    pdf,
    picture,
    put,
    write,
)

SECRET = "confidential salary ledger"


def draw_white(canvas: Canvas) -> None:
    canvas.setFillGray(1)
    canvas.setFont("Helvetica", 13)
    canvas.drawString(80, 400, SECRET)


def draw_minute(canvas: Canvas) -> None:
    canvas.setFont("Times-Roman", 0.7)
    canvas.drawString(80, 400, SECRET)


def draw_clipped(canvas: Canvas) -> None:
    path = canvas.beginPath()
    path.rect(300, 100, 50, 50)
    canvas.clipPath(path, stroke=0)
    canvas.setFont("Courier", 11)
    canvas.drawString(80, 400, SECRET)


def draw_under_form(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 12)
    canvas.drawString(80, 400, SECRET)
    canvas.beginForm("mask")
    canvas.setFillGray(0)
    canvas.rect(70, 392, 300, 24, stroke=0, fill=1)
    canvas.endForm()
    canvas.doForm("mask")


def draw_under_picture(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 12)
    canvas.drawString(80, 400, SECRET)
    put_at(canvas, Image.new("L", (300, 24), 30), 70, 392, 300)


def draw_without_ink(canvas: Canvas) -> None:
    text = canvas.beginText(80, 400)
    text.setTextRenderMode(3)
    text.textOut(SECRET)
    canvas.drawText(text)


@pytest.mark.parametrize(
    "hide",
    [
        draw_white,
        draw_minute,
        draw_clipped,
        draw_under_form,
        draw_under_picture,
        draw_without_ink,
    ],
)
def test_words_that_nobody_sees_are_left_out_and_reported(
    renderer: Renderer, tmp_path: Path, hide: Draw
) -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, ENGLISH)
        hide(canvas)

    reading = read_drawn(renderer, Sees(), tmp_path / "hidden.pdf", draw)

    assert "supplier shall deliver" in reading.layout.text
    assert "salary" not in reading.layout.text
    assert reading.layout.flags == ("hidden_text",)


def test_a_layer_that_is_switched_off_is_not_read(renderer: Renderer, tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, ENGLISH)
        canvas.setFont("Helvetica", 12)
        canvas._code.append("/OC /Off BDC")
        canvas.drawString(80, 400, SECRET)
        canvas._code.append("EMC")

    path = pdf(tmp_path / "layers.pdf", draw)
    with pikepdf.open(path, allow_overwriting_input=True) as file:
        group = file.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="draft"))
        file.Root.OCProperties = pikepdf.Dictionary(
            OCGs=[group], D=pikepdf.Dictionary(OFF=[group], Order=[group])
        )
        file.pages[0].Resources.Properties = pikepdf.Dictionary(Off=group)
        file.save(path)

    reading = read_page(renderer, Sees(), path, PDF, 1)

    assert "salary" not in reading.layout.text
    assert "hidden_text" in reading.layout.flags


def draw_on_dark(canvas: Canvas) -> None:
    canvas.setFillGray(0.15)
    canvas.rect(60, 380, 400, 60, stroke=0, fill=1)
    canvas.setFillGray(1)
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(80, 400, SECRET)


def draw_pale(canvas: Canvas) -> None:
    canvas.setFillGray(0.8)
    canvas.setFont("Helvetica", 9)
    canvas.drawString(80, 400, SECRET)


def draw_small(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 4)
    canvas.drawString(80, 400, SECRET)


def draw_colours_of_one_brightness(canvas: Canvas) -> None:
    canvas.setFillColorRGB(0.0, 0.51, 0.0)
    canvas.rect(60, 380, 400, 60, stroke=0, fill=1)
    canvas.setFillColorRGB(1.0, 0.0, 0.0)
    canvas.setFont("Helvetica", 14)
    canvas.drawString(80, 400, SECRET)


@pytest.mark.parametrize(
    "show", [draw_on_dark, draw_pale, draw_small, draw_colours_of_one_brightness]
)
def test_words_that_are_seen_are_read_without_a_flag(
    renderer: Renderer, tmp_path: Path, show: Draw
) -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, ENGLISH)
        show(canvas)

    reading = read_drawn(renderer, Sees(), tmp_path / "seen.pdf", draw)

    assert SECRET in reading.layout.text
    assert reading.layout.flags == ()


def test_the_mark_of_a_program_is_no_hidden_text(renderer: Renderer, tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, ENGLISH)
        text = canvas.beginText(3, 3)
        text.setFont("Helvetica", 1)
        text.setTextRenderMode(3)
        text.textOut("Powered by TCPDF (www.tcpdf.org)")
        canvas.drawText(text)

    reading = read_drawn(renderer, Sees(), tmp_path / "mark.pdf", draw)

    assert "TCPDF" not in reading.layout.text
    assert reading.layout.flags == ()


def test_the_invisible_layer_of_a_scan_is_read_once(renderer: Renderer, tmp_path: Path) -> None:
    lines = ENGLISH * 3

    def draw(canvas: Canvas) -> None:
        put(canvas, picture(lines))
        text = canvas.beginText()
        text.setTextRenderMode(3)
        text.setFont("Helvetica", 16)
        for index, line in enumerate(lines):
            text.setTextOrigin(48, 842 - (150 + 60 * index + 28) * 0.48)
            text.textOut(line)
        canvas.drawText(text)

    reading = read_drawn(renderer, Sees(), tmp_path / "scan.pdf", draw)

    assert reading.engine == "text-layer"
    assert reading.layout.text.count("The supplier shall deliver") == 3
    assert reading.layout.flags == ()
