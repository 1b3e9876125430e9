"""The large first letter of a chapter is read with the rest of its word."""

from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from ocr_worker.engines import Engine
from ocr_worker.rendering import Renderer
from tests.ocr_worker.drawn_pages import read_drawn
from tests.ocr_worker.files import cyrillic_font

ENGLISH = ["he supplier shall deliver the goods within thirty days",
           "of the signing of this contract and at its own expense.",
           "The buyer shall pay for the goods within ten days after"]  # fmt: skip
RUSSIAN = ["оговор поставки оборудования для нужд предприятия",
           "вступает в силу со дня его подписания сторонами",
           "Покупатель оплачивает товар в течение десяти дней"]  # fmt: skip


def draw_chapter(canvas: Canvas, cap: str, lines: list[str]) -> None:
    """`cap` beside the first two of `lines`."""
    canvas.setFont(cyrillic_font(), 40)
    canvas.drawString(60, 721, cap)
    canvas.setFont(cyrillic_font(), 12)
    for index, line in enumerate(lines):
        x = 62 + canvas.stringWidth(cap, cyrillic_font(), 40) if index < 2 else 60
        canvas.drawString(x, 741 - 20 * index, line)


@pytest.mark.parametrize(("cap", "lines"), [("T", ENGLISH), ("Д", RUSSIAN)])
def test_a_drop_cap_is_a_part_of_its_word(
    renderer: Renderer, engine: Engine, tmp_path: Path, cap: str, lines: list[str]
) -> None:
    path = tmp_path / "chapter.pdf"
    reading = read_drawn(renderer, engine, path, lambda c: draw_chapter(c, cap, lines))

    assert " ".join(reading.layout.text.split()) == cap + " ".join(lines)
    first = next(reading.layout.words())
    assert first.text == cap + lines[0].split()[0]
    assert first.bbox[3] - first.bbox[1] > 60


def test_a_large_letter_that_is_a_word_stays_one(
    renderer: Renderer, engine: Engine, tmp_path: Path
) -> None:
    lines = ["man who delivers the goods within thirty days of the", *ENGLISH[1:]]
    path = tmp_path / "chapter.pdf"
    reading = read_drawn(renderer, engine, path, lambda c: draw_chapter(c, "A", lines))

    assert reading.layout.text.startswith("A man who")


def test_a_large_letter_before_a_heading_is_no_drop_cap(
    renderer: Renderer, engine: Engine, tmp_path: Path
) -> None:
    def draw(canvas: Canvas) -> None:
        draw_chapter(canvas, "", ENGLISH)
        canvas.setFont(cyrillic_font(), 26)
        canvas.drawString(60, 600, "B")
        canvas.setFont(cyrillic_font(), 12)
        canvas.drawString(90, 600, "deliveries")

    reading = read_drawn(renderer, engine, tmp_path / "heading.pdf", draw)

    assert "Bdeliveries" not in reading.layout.text
