"""PDFs whose end is lost: what is there is read, and a page that lost its content is flagged."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_worker.reading import read_page
from ocr_worker.rendering import Renderer
from tests.ocr_worker.drawn_pages import Sees
from tests.ocr_worker.files import ENGLISH, PDF, pdf, write


def cut(path: Path, mark: bytes, further: int) -> Path:
    """A PDF of one page, cut `further` bytes after the last `mark`."""
    whole = pdf(path, lambda canvas: write(canvas, ENGLISH)).read_bytes()
    path.write_bytes(whole[: whole.rindex(mark) + further])
    return path


@pytest.mark.parametrize(("mark", "further"), [(b"endobj", 6), (b"endobj", 7), (b"trailer", 0)])
def test_a_page_that_is_whole_is_read(
    renderer: Renderer, tmp_path: Path, mark: bytes, further: int
) -> None:
    reading = read_page(renderer, Sees(), cut(tmp_path / "a.pdf", mark, further), PDF, 1)

    assert "supplier shall deliver" in reading.layout.text
    assert reading.layout.flags == ()


def test_a_page_that_lost_its_content_is_flagged(renderer: Renderer, tmp_path: Path) -> None:
    path = cut(tmp_path / "a.pdf", b"endstream", -40)

    reading = read_page(renderer, Sees(), path, PDF, 1)

    assert reading.layout.text == ""
    assert "damaged" in reading.layout.flags
