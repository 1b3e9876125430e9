"""A scan of a ruled table, read by Tesseract, ends in XLSX and CSV with its cells in place."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from documents.errors import EngineUnavailable
from documents.exports.options import WHOLE_DOCUMENT
from documents.exports.results import iterate_pages
from documents.exports.writers import WRITERS
from documents.models import Document
from ocr_worker.engines import create_engine
from ocr_worker.reading import read_page
from ocr_worker.rendering import Renderer
from tests.factories import make_document
from tests.ocr_worker.files import saved
from tests.ocr_worker.tables.drawn_tables import draw_table

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def made(document: Document, kind: str) -> bytes:
    target = io.BytesIO()
    WRITERS[kind](document, iterate_pages(document, WHOLE_DOCUMENT), WHOLE_DOCUMENT, target)
    return target.getvalue()


def value(text: str) -> str | float:
    """A number in a workbook is one: 19,50 is 19.5."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text


def flat(text: str) -> str:
    """A cell keeps the lines in which its text is set."""
    return " ".join(text.split())


def test_a_ruled_scan_ends_in_a_workbook_and_in_csv(tmp_path: Path) -> None:
    drawn = draw_table(seed=4, rows=8)
    path = saved(drawn.image, tmp_path / "scan.png", dpi=(drawn.dpi, drawn.dpi))
    engine = create_engine("tesseract", "rus+eng")
    try:
        engine.load()
    except EngineUnavailable as error:
        pytest.skip(str(error))
    with Renderer() as renderer:
        layout = read_page(renderer, engine, path, "image/png", 1).layout
    engine.close()
    document = make_document(pages=[layout])
    sheet = openpyxl.load_workbook(io.BytesIO(made(document, "xlsx"))).worksheets[0]
    cells = [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
    lines = list(csv.reader(io.StringIO(made(document, "csv").decode("utf-8-sig"))))
    assert [len(row) for row in cells] == [5] * 8
    wrong = [
        (row, column)
        for row, texts in enumerate(drawn.rows)
        for column, text in enumerate(texts)
        if value(flat(cells[row][column])) != value(text) or flat(lines[row][column]) != text
    ]
    assert len(wrong) <= 1, [(drawn.rows[r][c], cells[r][c], lines[r][c]) for r, c in wrong]
