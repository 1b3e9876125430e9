"""Pages in fonts that the file names and does not carry are drawn in installed ones."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image

from ocr_worker.rendering import Renderer
from ocr_worker.text_layer.extract import convert_to_layout, has_hidden_text
from tests.ocr_worker.files import PDF

TEXT = "Арендатор обязуется вносить плату"

#: The names of Cyrillic letters in the order of code page 1251, from "А" on, without "ё".
NAMES = [f"/afii{10017 + at + (at > 5)}" for at in range(32)] + [
    f"/afii{10065 + at + (at > 5)}" for at in range(32)
]

pytestmark = pytest.mark.skipif(
    not any(Path("/usr/share/fonts").rglob("LiberationSans-Regular.ttf")),
    reason="the fonts of the container are not installed",
)


def write_without_font(path: Path, name: str) -> Path:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(400, 200))
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.TrueType,
        BaseFont=Name(f"/{name}"),
        Encoding=Dictionary(
            BaseEncoding=Name.WinAnsiEncoding, Differences=Array([192, *map(Name, NAMES)])
        ),
        FirstChar=32,
        LastChar=255,
        Widths=Array([278] + [556] * 223),
        FontDescriptor=Dictionary(
            Type=Name.FontDescriptor, FontName=Name(f"/{name}"), Flags=32, StemV=80
        ),
    )
    page = pdf.pages[0]
    page.Resources = Dictionary(Font=Dictionary(F=font))
    codes = TEXT.encode("cp1251").hex().encode()
    page.Contents = pdf.make_stream(b"BT /F 12 Tf 20 100 Td <" + codes + b"> Tj ET")
    pdf.save(path)
    return path


@pytest.mark.parametrize("name", ["ArialMT", "TimesNewRoman,Bold", "Calibri", "PetersburgC"])
def test_cyrillic_in_a_font_that_is_not_in_the_file_is_seen_and_read(
    renderer: Renderer, tmp_path: Path, name: str
) -> None:
    path = write_without_font(tmp_path / "a.pdf", name)

    layer = renderer.read_text_layer(path, PDF, 1)
    drawn = renderer.render_page(path, PDF, 1).image.convert("L")

    assert layer is not None
    assert convert_to_layout(layer).text == TEXT
    assert not has_hidden_text(layer)
    assert _count_dark(drawn) > 2_000


def _count_dark(image: Image.Image) -> int:
    return sum(image.histogram()[:100])
