"""An office file that a person gives the password of becomes pages; a wrong one opens nothing."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import msoffcrypto
import pytest

from documents.errors import ConversionFailed, PasswordNeeded
from documents.files.filetypes import DOCX, LOCKED_OFFICE
from ocr_worker.conversion import Converter
from ocr_worker.conversion.decrypt import decrypt, load_decryption

PASSWORD = "верный пароль"


@pytest.fixture(scope="module", autouse=True)
def library() -> None:
    load_decryption()


@pytest.fixture(scope="module")
def locked() -> io.BytesIO:
    plain, target = io.BytesIO(), io.BytesIO()
    letter = docx.Document()
    letter.add_paragraph("Секретный договор")
    letter.save(plain)
    plain.seek(0)
    msoffcrypto.OfficeFile(plain).encrypt(PASSWORD, target)
    return target


def test_the_right_password_gives_the_file_and_its_type(locked: io.BytesIO, tmp_path: Path) -> None:
    assert decrypt(locked, PASSWORD, tmp_path / "plain") == DOCX.mime_type
    opened = docx.Document(str(tmp_path / "plain"))
    assert [each.text for each in opened.paragraphs] == ["Секретный договор"]


def test_a_wrong_password_opens_nothing(locked: io.BytesIO, tmp_path: Path) -> None:
    with pytest.raises(PasswordNeeded):
        decrypt(locked, "неверный", tmp_path / "plain")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04nothing", b"\xd0\xcf\x11\xe0" + bytes(600)])
def test_what_is_no_protected_file_is_damaged(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ConversionFailed):
        decrypt(io.BytesIO(content), PASSWORD, tmp_path / "plain")


def test_in_the_jail_with_and_without_a_password(
    converter: Converter, locked: io.BytesIO, tmp_path: Path
) -> None:
    path, pdf = tmp_path / "locked.docx", io.BytesIO()
    path.write_bytes(locked.getvalue())
    with pytest.raises(PasswordNeeded):
        converter.convert(path, LOCKED_OFFICE.mime_type, pdf)
    converter.convert(path, LOCKED_OFFICE.mime_type, pdf, PASSWORD)

    assert pdf.getvalue().startswith(b"%PDF-")
