"""One converter for the tests of a module; they are skipped where LibreOffice is missing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from documents.files.sniff import HEAD_BYTES, sniff
from ocr_worker.conversion import Converter
from ocr_worker.conversion.find_libreoffice import INSTALL, find_kit

#: Writes bytes to a file of that name, converts it; the text of each of its pages.
Pages = Callable[[str, bytes], list[str]]


@pytest.fixture(scope="session")
def libreoffice() -> None:
    if find_kit() is None:
        if os.environ.get("CI"):
            pytest.fail(f"LibreOffice is missing: {INSTALL}")
        pytest.skip(f"LibreOffice is missing: {INSTALL}")


@pytest.fixture(scope="module")
def converter(libreoffice: None) -> Iterator[Converter]:
    with Converter(ahead=True) as converter:
        yield converter


@pytest.fixture
def pages(converter: Converter, tmp_path: Path) -> Pages:
    def convert(name: str, content: bytes) -> list[str]:
        source, target = tmp_path / name, tmp_path / "pages.pdf"
        source.write_bytes(content)
        with source.open("rb") as file:
            kind = sniff(content[:HEAD_BYTES], file)
        with target.open("wb") as file:
            converter.convert(source, kind.mime_type, file)
        with pdfium.PdfDocument(target) as pdf:
            return [page.get_textpage().get_text_range() for page in pdf]

    return convert
