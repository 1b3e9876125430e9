"""Fields say what they said when the file was saved: no letter of 2019 says today."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from pathlib import Path

import olefile
import openpyxl
import pytest

from documents.files.filetypes import DOC, DOCX, RTF
from ocr_worker.conversion.stored_values import keep_stored_values
from tests.ocr_worker.conversion.conftest import Pages
from tests.ocr_worker.conversion.office_files import (
    field,
    make_docx,
    make_odf,
    make_package,
    make_pptx,
    run,
    slide_run,
)
from tests.outlook import write_compound

DAY = "12.03.2019"


def test_fields_of_a_docx_show_what_their_author_saw(pages: Pages) -> None:
    fields = {
        'DATE \\@ "dd.MM.yyyy"': DAY,
        'TIME \\@ "HH:mm"': "09:41",
        'SAVEDATE \\@ "dd.MM.yyyy"': "13.03.2019",
        'PRINTDATE \\@ "dd.MM.yyyy"': "14.03.2019",
        "FILENAME": "приказ.docx",
        "TITLE": "Заголовок",
        "REF gone": "пункту 4",
        "PAGEREF gone": "17",
        "DOCPROPERTY Number": "№ 77",
        'IF 1 = 1 "x" "y"': "условие",
    }
    simple = f'<w:fldSimple w:instr=" DATE "><w:r>{run("16.03.2019")}</w:r></w:fldSimple>'

    (only,) = pages(
        "letter.docx",
        make_docx(simple + "".join(f"{run(' ')}{field(*each)}" for each in fields.items())),
    )

    shown = " ".join(only.split())
    for value in fields.values():
        assert value in shown
    assert "Error" not in shown


def test_numbers_of_pages_are_those_of_the_pages(pages: Pages) -> None:
    (only,) = pages("a.docx", make_docx(run("of ") + field("NUMPAGES", "42")))

    assert only.split() == ["of", "1"]


def test_the_day_of_a_rich_text_is_the_stored_one(pages: Pages) -> None:
    text = (
        rb"{\rtf1\ansi Moscow, {\field{\*\fldinst {\rtlch\af0 \insrsid7 DATE \\@ dd.MM.yyyy }}"
        rb"{\fldrslt 12.03.2019}}}"
    )

    (only,) = pages("letter.rtf", text)

    assert f"Moscow, {DAY}" in only


def test_the_day_of_a_slide_is_the_stored_one(pages: Pages) -> None:
    dated = f'<a:fld id="{{B1}}" type="datetime1"><a:t>{DAY}</a:t></a:fld>'

    (only,) = pages("deck.pptx", make_pptx([(slide_run("Совет ") + dated, "", False)]))

    assert f"Совет {DAY}" in only


def test_the_day_of_an_opendocument_text_is_the_stored_one(pages: Pages) -> None:
    text = f'<text:p>Москва, <text:date text:date-value="2019-03-12">{DAY}</text:date></text:p>'

    (only,) = pages("letter.odt", make_odf("text", text))

    assert f"Москва, {DAY}" in only


def test_the_day_of_a_workbook_is_the_stored_one(pages: Pages) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["A2"] = 4711, "=A1+1"
    plain = io.BytesIO()
    book.save(plain)

    (only,) = pages("book.xlsx", with_formula(plain.getvalue(), "TODAY()", "43536"))

    # What has no stored value is counted with what is stored.
    assert only.split() == ["43536", "43537"]


def with_formula(book: bytes, formula: str, value: str) -> bytes:
    """The workbook with a formula and its stored value in A1."""
    parts = {}
    with zipfile.ZipFile(io.BytesIO(book)) as package:
        for name in package.namelist():
            content = package.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                cell = f'<c r="A1"><f>{formula}</f><v>{value}</v></c>'
                content = re.sub(r'<c r="A1".*?</c>', cell, content)
            parts[name] = content
    return make_package(parts)


def test_the_day_of_an_old_document_is_the_stored_one(tmp_path: Path) -> None:
    date, page, quote = 31, 33, 35
    places = struct.pack("<6I", 0, 5, 9, 20, 25, 30)
    marks = [(0x13, date), (0x14, 255), (0x15, 0), (0x13, page), (0x15, 0)]
    fields = places + b"".join(struct.pack("<BB", *mark) for mark in marks)
    head = bytearray(2000)
    head[0x0A:0x0C] = struct.pack("<H", 0x0200)
    head[0x9A + 8 * 16 : 0x9A + 8 * 17] = struct.pack("<II", 700, len(fields))
    table = bytes(700) + fields + bytes(5000)
    file = tmp_path / "letter.doc"
    file.write_bytes(write_compound({"WordDocument": bytes(head), "1Table": table}))

    keep_stored_values(file, DOC.mime_type)

    with olefile.OleFileIO(str(file)) as changed, changed.openstream("1Table") as stream:
        kept = stream.read()
    at = 700 + len(places)
    assert list(kept[at : at + 10]) == [0x13, quote, 0x14, 255, 0x15, 0, 0x13, page, 0x15, 0]
    assert kept[:at] + kept[at + 10 :] == table[:at] + table[at + 10 :]


@pytest.mark.parametrize(
    ("name", "mime_type", "content"),
    [
        ("a.docx", DOCX.mime_type, b"PK\x03\x04 damaged"),
        ("a.docx", DOCX.mime_type, make_docx(field("NUMPAGES", "1"))),
        ("a.doc", DOC.mime_type, olefile.MAGIC + bytes(2000)),
        ("a.rtf", RTF.mime_type, rb"{\rtf1 the DATE of today}"),
    ],
)
def test_other_files_stay_as_they_are(
    tmp_path: Path, name: str, mime_type: str, content: bytes
) -> None:
    file = tmp_path / name
    file.write_bytes(content)

    keep_stored_values(file, mime_type)

    assert file.read_bytes() == content
