"""What somebody wrote on a scan, and drawing does not show, is text of the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from documents.text.page_layout import Block, PageLayout
from ocr_worker.add_remarks import add_remarks
from ocr_worker.engines import Engine
from ocr_worker.reading import read_page
from ocr_worker.rendering import LayerWord, Renderer
from tests.ocr_worker.files import ENGLISH, PDF, pdf, write
from tests.ocr_worker.rendering.annotations import write_remark

WORDS = (
    LayerWord("Оплачено", (60.0, 522.0, 100.0, 532.0), 10.0),
    LayerWord("полностью", (105.0, 522.0, 150.0, 532.0), 10.0),
    LayerWord("Штольц", (60.0, 534.0, 90.0, 544.0), 10.0),
)
SIZE = (600.0, 800.0)


def test_the_lines_of_a_remark_are_the_last_block_of_the_page() -> None:
    read = PageLayout(1500, 2000, 180, blocks=(Block("b1", "text", (0, 0, 9, 9), 0, "print"),))

    [first, remark] = add_remarks(read, WORDS, SIZE).blocks

    assert first == read.blocks[0]
    assert (remark.order, remark.text) == (1, "Оплачено полностью\nШтольц")
    assert next(remark.words()).bbox == (150.0, 1305.0, 250.0, 1330.0)
    assert [word.confidence for word in remark.words()] == [None] * 3


def test_a_remark_turns_with_the_page() -> None:
    [remark] = add_remarks(PageLayout(2000, 1500, 180, rotation=90), WORDS, SIZE).blocks

    assert next(remark.words()).bbox == (670.0, 150.0, 695.0, 250.0)


def test_a_page_without_remarks_is_as_it_was_read() -> None:
    layout = PageLayout(1500, 2000, 180)

    assert add_remarks(layout, (), SIZE) is layout


@pytest.mark.parametrize("ocr", ["auto", "always"])
def test_a_page_read_by_ocr_has_its_remarks(
    renderer: Renderer, engine: Engine, tmp_path: Path, ocr: str
) -> None:
    scan = pdf(tmp_path / "scan.pdf", lambda canvas: write(canvas, ENGLISH))
    write_remark(scan, "Оплачено полностью")

    layout = read_page(renderer, engine, scan, PDF, 1, ocr=ocr).layout

    assert layout.text.endswith("Оплачено полностью")
    assert "supplier" in layout.text
