"""Headings of a page that a program made are headings in the archive, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from documents.text.page_layout import PageLayout
from ocr_worker.rendering import Renderer
from tests.ocr_worker.drawn_pages import Draw, Sees, read_drawn

PARAGRAPH = [
    "The supplier delivers the goods that the specification lists, in the",
    "quantities stated there, within thirty days after this contract was",
    "signed by both parties, to the address of the buyer's warehouse.",
]


class Writer:
    """Lines under each other, each in its own type."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas, self._y = canvas, 780.0

    def line(self, text: str, *, size: float = 11, bold: bool = False, x: float = 70) -> None:
        self._y -= 1.3 * size
        self._canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
        self._canvas.drawString(x, self._y, text)

    def paragraph(self, *, bold: bool = False) -> None:
        for text in PARAGRAPH:
            self.line(text, bold=bold)


def read(renderer: Renderer, path: Path, draw: Draw) -> PageLayout:
    return read_drawn(renderer, Sees(), path / "a.pdf", draw).layout


def titles(layout: PageLayout) -> list[tuple[str, str]]:
    return [
        (block.label, " ".join(block.text.split()))
        for block in layout.blocks_in_order()
        if block.label != "text"
    ]


def test_larger_and_bolder_rows_are_titles(renderer: Renderer, tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        page = Writer(canvas)
        page.line("Supply contract", size=20)
        page.line("1. Subject of the contract", bold=True)
        page.paragraph()
        page.line("2.1 Delivery of goods that are listed in the specification", bold=True)
        page.line("and of their documents", bold=True)
        page.paragraph()
        page.line("Payment", size=14)
        page.paragraph()

    layout = read(renderer, tmp_path, draw)

    assert titles(layout) == [
        ("doc_title", "Supply contract"),
        ("paragraph_title", "1. Subject of the contract"),
        (
            "paragraph_title",
            "2.1 Delivery of goods that are listed in the specification and of their documents",
        ),
        ("paragraph_title", "Payment"),
    ]
    assert layout.markdown.startswith("# Supply contract\n\n## 1. Subject of the contract\n\nThe")


def draw_emphasis(canvas: Canvas) -> None:
    page = Writer(canvas)
    page.line(PARAGRAPH[0])
    page.line("Quantities are binding within thirty days after the", bold=True)
    page.line(PARAGRAPH[2])


def draw_all_bold(canvas: Canvas) -> None:
    page = Writer(canvas)
    page.paragraph(bold=True)
    page.paragraph(bold=True)


def draw_labels(canvas: Canvas) -> None:
    page = Writer(canvas)
    page.paragraph()
    page.line("Supplier:", bold=True)
    page.line("Total: 442 152.00", bold=True)
    page.line("Yours sincerely,", bold=True)


def draw_bold_sentence(canvas: Canvas) -> None:
    page = Writer(canvas)
    page.paragraph()
    page.line("This contract ends with the year.", bold=True)
    page.paragraph()


@pytest.mark.parametrize("draw", [draw_emphasis, draw_all_bold, draw_labels, draw_bold_sentence])
def test_other_emphasis_makes_no_title(renderer: Renderer, tmp_path: Path, draw: Draw) -> None:
    layout = read(renderer, tmp_path, draw)

    assert titles(layout) == []
    assert "The supplier" in layout.text


def test_the_layer_of_a_recognition_has_none(renderer: Renderer, tmp_path: Path) -> None:
    """Sizes of its type are guessed."""

    def draw(canvas: Canvas) -> None:
        for number, (text, size) in enumerate([("Large words", 24), *((t, 11) for t in PARAGRAPH)]):
            line = canvas.beginText(70, 700 - 30 * number)
            line.setFont("Helvetica", size)
            line.setTextRenderMode(3)
            line.textOut(text)
            canvas.drawText(line)
            canvas.setFont("Helvetica", size)
            canvas.drawString(70, 700 - 30 * number, text)

    layout = read(renderer, tmp_path, draw)

    assert titles(layout) == []
