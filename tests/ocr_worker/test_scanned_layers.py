"""The text layer of a scan: another recognition, judged, and looked at where it is doubtful."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen.canvas import Canvas

from documents.models import OcrMode
from documents.review.flag_rules import MARK_WORDS_BELOW
from documents.text.page_layout import PageLayout, Word
from ocr_worker.engines import Engine
from ocr_worker.reading import PageReading, read_page
from ocr_worker.rendering import Renderer
from ocr_worker.word_look import look_again
from tests.ocr_worker.files import PDF, RUSSIAN, cyrillic_font, find_font, pdf, put, write

PRINTED = [
    *RUSSIAN,
    "Поставщик ИНН 7701234567 подписал договор",
    "Приложение 15 к договору поставки",
]
#: What a scanner made of two of the lines.
MISREAD = {
    "Поставщик ИНН 7701234567 подписал договор": "Поставщик Иlll-1 7701234567 подписал договор",
    "Стороны несут ответственность за нарушение условий": (
        "Стороны несут oтвeтствeннoсть за нарушение условий"
    ),
}

pytestmark = pytest.mark.skipif(not find_font(), reason="no font with Cyrillic")


def scan_with_layer(path: Path, layer: list[str]) -> Path:
    """PRINTED as a picture of the page, with `layer` unseen over it, line by line."""
    page = Image.new("L", (1653, 2339), 255)  # A4 at 200 dpi
    draw = ImageDraw.Draw(page)
    size = 200 / 72
    face = ImageFont.truetype(find_font(), round(13 * size))

    def paint(canvas: Canvas) -> None:
        put(canvas, page)
        text = canvas.beginText()
        text.setTextRenderMode(3)
        for index, line in enumerate(layer):
            text.setFont(cyrillic_font(), 13)
            text.setTextOrigin(60, 760 - 30 * index)
            text.textOut(line)
        canvas.drawText(text)

    for index, line in enumerate(PRINTED):
        draw.text(
            (60 * size, (842 - 760 + 30 * index) * size), line, fill=0, font=face, anchor="ls"
        )
    return pdf(path, paint)


@pytest.fixture
def misread(tmp_path: Path) -> Path:
    return scan_with_layer(tmp_path / "scan.pdf", [MISREAD.get(line, line) for line in PRINTED])


def read(
    renderer: Renderer, engine: Engine | None, path: Path, ocr: str = OcrMode.AUTO
) -> PageReading:
    return read_page(renderer, engine, path, PDF, 1, ocr=ocr)


def find(layout: PageLayout, text: str) -> Word:
    return next(word for word in layout.words() if word.text == text)


def test_without_an_engine_its_doubtful_words_are_marked_and_the_others_not(
    renderer: Renderer, misread: Path
) -> None:
    reading = read(renderer, None, misread)
    assert reading.engine == "text-layer" and "calibrated" in reading.engine_version
    marked = [
        word.text
        for word in reading.layout.words()
        if word.confidence is not None and word.confidence < MARK_WORDS_BELOW
    ]
    assert "Иlll-1" in marked and len(marked) <= 3
    assert all(word.confidence is not None for word in reading.layout.words())
    assert "lookalikes" in reading.layout.flags


def test_an_engine_looks_at_them_and_what_it_surely_sees_is_found(
    renderer: Renderer, engine: Engine, misread: Path
) -> None:
    layout = read(renderer, engine, misread).layout
    assert "Иlll-1" not in layout.text and "ИНН" in layout.text
    assert "ИНН" in layout.markdown
    assert (find(layout, "ИНН").confidence or 0) >= MARK_WORDS_BELOW
    assert "ответственность" in layout.text.split()


def test_a_layer_without_doubtful_words_needs_no_look(renderer: Renderer, tmp_path: Path) -> None:
    class Untouched:
        """An engine that must not be asked."""

    layout = read(renderer, None, scan_with_layer(tmp_path / "good.pdf", PRINTED)).layout
    sure = replace(
        layout,
        blocks=tuple(
            replace(
                block,
                lines=tuple(
                    replace(
                        line, words=tuple(replace(word, confidence=0.97) for word in line.words)
                    )
                    for line in block.lines
                ),
            )
            for block in layout.blocks
        ),
    )

    def draw() -> None:
        raise AssertionError("drawn")

    assert look_again(sure, Untouched(), draw, language="", seconds=9) is sure  # type: ignore[arg-type]


def test_a_page_made_by_a_program_has_no_confidences(renderer: Renderer, tmp_path: Path) -> None:
    path = pdf(tmp_path / "made.pdf", lambda canvas: write(canvas, PRINTED))
    reading = read(renderer, None, path)
    assert {word.confidence for word in reading.layout.words()} == {None}
    assert "calibrated" not in reading.engine_version


def test_the_searchable_pdf_keeps_the_layer_of_a_scan(renderer: Renderer, misread: Path) -> None:
    from ocr_worker.searchable_pdf.overlay import has_recognised_words

    assert not has_recognised_words(read(renderer, None, misread).layout)
