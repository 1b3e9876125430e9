"""Office files become pages that a person can read, and nothing of them is lost."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import openpyxl
import openpyxl.styles
import pytest

from documents.errors import ConversionFailed, PasswordNeeded
from documents.files.filetypes import DOCX, RTF
from ocr_worker.conversion import Converter
from ocr_worker.conversion.passwords import refuse_protected
from ocr_worker.conversion.spreadsheet import MOST_ROWS
from ocr_worker.conversion.web_page import write_web_page
from tests.ocr_worker.conversion.conftest import Pages


def bytes_of(save: Callable[[io.BytesIO], object]) -> bytes:
    target = io.BytesIO()
    save(target)
    return target.getvalue()


def test_a_letter_has_its_words_and_its_table(pages: Pages) -> None:
    letter = docx.Document()
    letter.add_paragraph("Уважаемый Иван Петрович! Invoice 17.")
    letter.add_table(1, 2).cell(0, 1).text = "Итого 1250"
    letter.add_page_break()  # type: ignore[no-untyped-call]
    letter.add_paragraph("Вторая страница")

    first, second = pages("letter.docx", bytes_of(letter.save))

    assert "Уважаемый Иван" in first
    assert "Итого 1250" in first
    assert "Вторая страница" in second


def test_a_sheet_fits_the_width_of_a_page_and_hidden_ones_are_named(pages: Pages) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for column in range(1, 13):
        sheet.cell(1, column, f"Столбец{column}")
        sheet.cell(2, column, column * 1000)
    sheet.print_area = "A1:B2"
    hidden = book.create_sheet("Черновик")
    hidden["A1"] = "секрет"
    hidden.sheet_state = "hidden"

    first, notes = pages("book.xlsx", bytes_of(book.save))

    assert all(f"Столбец{column}" in first for column in range(1, 13))
    assert "«Черновик»" in notes
    assert "секрет" not in first + notes


def test_no_text_of_a_cell_is_cut(pages: Pages) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Расходы на продвижение и публичность организации", "рядом", 123456789012])
    sheet.append(["Удостоверение", "рядом"])
    sheet.append(["Заголовок, который идёт через несколько пустых столбцов"])
    sheet["C1"].number_format = "#,##0.00"
    for column, width in (("A", 12), ("B", 10), ("C", 6)):
        sheet.column_dimensions[column].width = width
    sheet["A4"], sheet["B4"] = "Строка, которая уже переносится, но не помещается", "рядом"
    sheet["A4"].alignment = openpyxl.styles.Alignment(wrap_text=True)
    for row in (1, 4):
        sheet.row_dimensions[row].height = 15

    (only,) = pages("book.xlsx", bytes_of(book.save))

    words = " ".join(only.split())
    assert "продвижение" in words
    assert "организации" in words
    assert "Удостоверение" in words
    assert "Заголовок, который идёт через несколько пустых столбцов" in words
    assert "помещается" in words
    assert "###" not in words
    assert "789" in words


def test_a_table_of_separated_values_shows_its_long_texts(pages: Pages) -> None:
    table = "Название;Сумма\n" + "Поставка оборудования для бухгалтерии;5\n" * 3

    (only,) = pages("table.csv", table.encode())

    assert " ".join(only.split()).count("оборудования для бухгалтерии") == 3


@pytest.mark.long
def test_a_huge_table_is_cut_and_says_so(pages: Pages) -> None:
    rows = "".join(f"{number};значение\n" for number in range(MOST_ROWS + 500))

    found = pages("table.csv", rows.encode())

    assert f"{MOST_ROWS + 500}" in found[-1]
    assert str(MOST_ROWS - 1) in found[-2]
    assert str(MOST_ROWS) not in found[-2]


def test_a_cell_of_a_table_is_text_and_no_formula(pages: Pages) -> None:
    (only,) = pages("table.csv", b"=1+1;007\n@SUM(1);1.5\n=2;3\n")

    assert "=1+1" in only
    assert "007" in only


def test_a_text_is_read_in_its_encoding(pages: Pages) -> None:
    text = "Просто письмо без подписи.\r\nВторая   строка <b>&\r\n"

    (only,) = pages("note.txt", text.encode("koi8-r"))

    assert "Просто письмо без подписи." in only
    assert "<b>&" in only


def test_a_web_page_is_read_without_what_it_would_run_or_fetch(pages: Pages) -> None:
    page = (
        "<!doctype html><meta charset=utf-8><h1>Заголовок</h1><script>evil()</script>"
        '<p>Абзац <img src="http://127.0.0.1:9/x.png"></p><table><tr><td>Ячейка</td></tr></table>'
    )

    text = "".join(pages("page.html", page.encode()))

    assert "Заголовок" in text
    assert "Ячейка" in text
    assert "evil" not in text


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("iso-8859-6", "السلام عليكم"),
        ("ISO-8859-5", "Привет, мир"),
        ("windows-1253", "Καλημέρα"),
        ("iso-8859-2", "Zażółć gęślą"),
        ("gb2312", "你好世界"),
        ("shift_jis", "こんにちは"),
    ],
)
def test_a_web_page_is_read_in_the_encoding_that_it_names(
    tmp_path: Path, charset: str, text: str
) -> None:
    head = f"<meta http-equiv=Content-Type content='text/html; charset={charset}'>"
    target = tmp_path / "page.html"

    write_web_page(head.encode() + f"<p>{text}</p>".encode(charset), target)

    assert text in target.read_text(encoding="utf-8")


def test_rich_text_is_read(pages: Pages) -> None:
    (only,) = pages("letter.rtf", rb"{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8\'e2\'e5\'f2 world}")

    assert "Привет world" in only


def test_a_damaged_file_says_that_it_is(converter: Converter, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"PK\x03\x04" + b"\x11" * 400)

    with pytest.raises(ConversionFailed, match="damaged"):
        converter.convert(broken, DOCX.mime_type, io.BytesIO())


def test_a_protected_workbook_is_told_from_a_damaged_one(tmp_path: Path) -> None:
    begin, password = b"\x09\x08\x10\x00" + bytes(16), b"\x2f\x00\x06\x00" + bytes(6)
    book = tmp_path / "book.xls"
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    book.write_bytes(head + begin + bytes(600))
    refuse_protected(book)

    book.write_bytes(head + begin + password + bytes(600))
    with pytest.raises(PasswordNeeded):
        refuse_protected(book)


def test_each_file_has_a_process_of_its_own_and_leaves_nothing(
    converter: Converter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def make(**options: Any) -> str:
        made.append(mkdtemp(**options))
        return made[-1]

    mkdtemp = tempfile.mkdtemp
    monkeypatch.setattr(tempfile, "mkdtemp", make)
    source = tmp_path / "a.rtf"
    source.write_bytes(rb"{\rtf1 x}")
    converter.close()
    pids = set()
    for _ in range(2):
        converter.start()
        pids.add(converter.child_pid)
        converter.convert(source, RTF.mime_type, io.BytesIO())
    converter.close()

    assert len(pids) == 2
    assert len(made) >= 2
    assert [path for path in made if Path(path).exists()] == []
