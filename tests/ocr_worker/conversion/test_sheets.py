"""A workbook whose fitted pages LibreOffice can't make is shown as it is."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from documents.errors import LimitExceeded
from documents.files.filetypes import XLS
from documents.messages import Message
from ocr_worker.conversion.make_pages import make_pages

FLAT = """<office:document><office:automatic-styles></office:automatic-styles>
<office:body>
<office:spreadsheet>
</office:spreadsheet></office:body></office:document>
"""


class Office:
    """In place of LibreOffice: breaks off at the fitted file, and at others where `is_down`."""

    def __init__(self, *, is_down: bool = False) -> None:
        self._is_down = is_down

    def convert(self, source: Path, target: Path, *, read_as: str = "") -> None:
        if target.suffix == ".fods":
            target.write_text(FLAT, encoding="utf-8")
        elif source.suffix == ".fods" or self._is_down:
            raise LimitExceeded(Message("It broke off."))
        else:
            target.write_bytes(b"%PDF-" + source.read_bytes())


def test_it_is_converted_without_being_fitted(tmp_path: Path) -> None:
    made = make_pages(Office(), io.BytesIO(b"book"), XLS.mime_type, tmp_path)  # type: ignore[arg-type]

    assert made.pdf.read_bytes() == b"%PDF-book"
    assert made.notes == ()


def test_what_can_not_be_converted_either_way_says_so(tmp_path: Path) -> None:
    office = Office(is_down=True)
    with pytest.raises(LimitExceeded):
        make_pages(office, io.BytesIO(b"book"), XLS.mime_type, tmp_path)  # type: ignore[arg-type]
