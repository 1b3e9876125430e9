"""A page of light print on a dark ground is read, with its tables, as its positive would be."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageOps

from ocr_worker.correction import correct_page
from ocr_worker.correction.negative import is_negative
from ocr_worker.engines import Engine
from ocr_worker.reading import read_page
from ocr_worker.rendering import Renderer
from tests.ocr_worker.correction.pages import in_shadow
from tests.ocr_worker.files import ENGLISH, picture, saved


@pytest.fixture
def page() -> Image.Image:
    return picture(ENGLISH * 3, width=1240, height=1754)


def test_print_on_paper_is_no_negative(page: Image.Image) -> None:
    dark_paper = page.point([value // 3 for value in range(256)])
    for positive in (page, dark_paper, in_shadow(page), Image.new("L", page.size, 0)):
        assert not is_negative(positive)


def test_a_sheet_on_a_dark_table_is_no_negative(page: Image.Image) -> None:
    table = Image.new("L", (2000, 2600), 30)
    table.paste(page, (380, 420))

    assert not is_negative(table)


def test_what_is_read_is_the_positive(page: Image.Image) -> None:
    weak = ImageChops.add(ImageOps.invert(page).point([v * 2 // 3 for v in range(256)]),
                          Image.new("L", page.size, 40))  # fmt: skip
    for negative in (ImageOps.invert(page), weak):
        corrected = correct_page(negative)

        assert corrected.done == ("negative",)
        assert sum(corrected.image.histogram()[128:]) > 0.8 * page.width * page.height


def test_a_negative_is_read_like_its_positive(
    renderer: Renderer, engine: Engine, tmp_path: Path, page: Image.Image
) -> None:
    def read(image: Image.Image, name: str) -> str:
        path = saved(image, tmp_path / name)
        layout = read_page(renderer, engine, path, "image/png", 1).layout
        assert not layout.flags and all(block.label == "text" for block in layout.blocks)
        return layout.text

    assert read(ImageOps.invert(page), "negative.png") == read(page, "positive.png")
