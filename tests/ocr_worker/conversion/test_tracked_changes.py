"""Text that authors have deleted with tracked changes is on no page, and the pages say so."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from documents.files.filetypes import DOC, DOCX, ODT
from ocr_worker.conversion.tracked_changes import has_deletions
from tests.ocr_worker.conversion.conftest import Pages
from tests.ocr_worker.conversion.office_files import make_docx, run

NOTE = "Text deleted in tracked changes is not shown here"
BY = 'w:id="7" w:author="A" w:date="2026-11-27T10:00:00Z"'


CHANGED = (
    run("Цена ")
    + f"<w:del {BY}>{run('сто', 'delText')}</w:del><w:ins {BY}>{run('двести')}</w:ins>"
    + run(" рублей")
)


def test_deleted_text_is_left_out_of_a_docx_and_inserted_text_is_in(pages: Pages) -> None:
    (only,) = pages("contract.docx", make_docx(CHANGED))

    assert "Цена двести рублей" in only
    assert "сто" not in only
    assert NOTE in only


def test_deleted_text_is_left_out_of_rich_text(pages: Pages) -> None:
    (only,) = pages("letter.rtf", rb"{\rtf1\ansi Price {\deleted hundred }two hundred}")

    assert "Price two hundred" in " ".join(only.split())
    assert NOTE in only


def test_a_document_without_deletions_is_shown_as_it_is(pages: Pages) -> None:
    (only,) = pages("a.docx", make_docx(f"<w:ins {BY}>{run('двести')}</w:ins>"))

    assert only.split() == ["двести"]


@pytest.mark.parametrize(
    ("mime_type", "content", "expected"),
    [
        (DOC.mime_type, bytes(600) + b"\x00\x08\x01\x63\x48\x01\x00", True),
        (DOC.mime_type, bytes(600) + b"\x00\x08\x01" + bytes(50) + b"\x63\x48", False),
        (ODT.mime_type, b"no package", False),
    ],
)
def test_deletions_are_found(
    tmp_path: Path, mime_type: str, content: bytes, expected: bool
) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    assert has_deletions(file, mime_type) is expected


def test_deletions_are_found_across_the_pieces_of_a_large_part(tmp_path: Path) -> None:
    file = tmp_path / "file"
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("word/document.xml", b" " * (2**20 - 4) + b"<w:delText>x</w:delText>")
    assert has_deletions(file, DOCX.mime_type)
