"""File names: safe on every disk and in every header, and still the ones that people gave."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.files.filenames import (
    MAX_BYTES,
    clean_name,
    is_title_from_filename,
    safe_name,
    title_from_filename,
)

PDF, JPEG = (".pdf",), (".jpg", ".jpeg")


def is_safe(name: str) -> bool:
    return (
        bool(name)
        and len(name.encode()) <= MAX_BYTES
        and not name.startswith((".", " "))
        and not name.endswith((".", " "))
        and not set('/\\<>:"|?*') & set(name)
        and not any(unicodedata.category(character).startswith("C") for character in name)
        and name.partition(".")[0].strip().lower() not in {"con", "prn", "aux", "nul", "com1"}
    )


@given(st.text())
def test_any_file_name_becomes_safe(name: str) -> None:
    assert is_safe(safe_name(name, PDF))


@given(st.text(alphabet="./\\ \n\0<nulcoNUL1‮абё", max_size=30))
def test_names_of_dangerous_characters_become_safe(name: str) -> None:
    assert is_safe(safe_name(name, PDF))


@given(st.text())
def test_a_safe_name_stays_as_it_is(name: str) -> None:
    once = safe_name(name, PDF)

    assert safe_name(once, PDF) == once


@given(st.text())
def test_a_title_is_never_empty(name: str) -> None:
    assert title_from_filename(safe_name(name, PDF)).strip()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Акт сверки №5 (копия).pdf", "Акт сверки №5 (копия).pdf"),
        ("Ёлка.PDF", "Ёлка.PDF"),
        ("合同.pdf", "合同.pdf"),
        ("emoji 📄.pdf", "emoji 📄.pdf"),
        ("-rf.pdf", "-rf.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\boot.ini", "boot.ini.pdf"),
        ("/abs/path.pdf", "path.pdf"),
        ("счёт\u202efdp.exe", "счётfdp.exe.pdf"),
        ("invoice.hta", "invoice.hta.pdf"),
        ("новая\nстрока.pdf", "новая строка.pdf"),
        ("x\0.pdf", "x.pdf"),
        ("  пробелы  .pdf", "пробелы.pdf"),
        ("NUL.pdf", "_NUL.pdf"),
        ('a<b>:"c|d?e*.pdf', "a_b___c_d_e_.pdf"),
        ("", "document.pdf"),
        (".", "document.pdf"),
        ("..", "document.pdf"),
        (".hidden", "hidden.pdf"),
        ("no suffix", "no suffix.pdf"),
        ("Приказ от 11.02.2013", "Приказ от 11.02.2013.pdf"),
        ("e\u0301.pdf", "\u00e9.pdf"),
    ],
)
def test_harmless_characters_stay(name: str, expected: str) -> None:
    assert safe_name(name, PDF) == expected


def test_a_name_that_is_too_long_keeps_its_suffix_and_whole_letters() -> None:
    name = safe_name("й" * 300 + ".pdf", PDF)

    assert name == "й" * 98 + ".pdf"
    assert len(name.encode()) == MAX_BYTES


def test_a_title_that_nobody_gave_is_known_again_however_long_the_name() -> None:
    name = "Договор поставки " * 10 + "№ 17.eml"
    stored, title = safe_name(name, (".eml",)), title_from_filename(clean_name(name, (".eml",)))

    assert title.endswith("№ 17")
    assert len(stored.encode()) <= MAX_BYTES
    assert is_title_from_filename(title, stored)
    assert not is_title_from_filename("letter of May", "letter.eml")
    assert not is_title_from_filename("Another title", stored)


def test_every_hostile_name_becomes_safe(shared: Path) -> None:
    names = json.loads((shared / "hostile/filenames/upload_names.json").read_text("utf-8"))

    assert [name for name in names["names"] if not is_safe(safe_name(name, PDF))] == []


@pytest.mark.parametrize(
    ("filename", "title"),
    [
        ("Договор_аренды  2024.pdf", "Договор аренды 2024"),
        ("letter.pdf", "letter"),
        ("a.b.pdf", "a.b"),
        ("_.pdf", "_.pdf"),
    ],
)
def test_a_title_is_the_name_made_readable(filename: str, title: str) -> None:
    assert title_from_filename(filename) == title


def test_a_suffix_of_what_the_file_is_stays_as_it_was_written() -> None:
    assert safe_name("Скан.JPEG", JPEG) == "Скан.JPEG"
    assert safe_name("scan.pdf", JPEG) == "scan.pdf.jpg"
