"""Blurred print is sharpened before it is read; sharp pages keep every px."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from ocr_worker.correction import correct_page
from ocr_worker.correction.focus import find_blur, sharpen
from ocr_worker.engines import Engine
from ocr_worker.reading import read_page
from ocr_worker.rendering import Renderer
from tests.ocr_worker.correction.pages import share
from tests.ocr_worker.files import ENGLISH, picture, saved


@pytest.fixture
def page() -> Image.Image:
    return picture(ENGLISH * 3, width=1240, height=1754)


def blurred(page: Image.Image, radius: float) -> Image.Image:
    return page.filter(ImageFilter.GaussianBlur(radius))


def test_sharp_and_empty_pages_are_not_blurred(page: Image.Image) -> None:
    assert find_blur(page) == 0
    assert find_blur(blurred(page, 0.8)) == 0
    assert find_blur(Image.new("L", (1240, 1754), 255)) == 0
    assert find_blur(Image.new("L", (30, 20), 255)) == 0


@pytest.mark.parametrize("radius", [2, 3])
def test_how_far_print_is_blurred_is_found(page: Image.Image, radius: float) -> None:
    assert find_blur(blurred(page, radius)) == pytest.approx(radius, rel=0.3)


def test_sharpening_brings_edges_back(page: Image.Image) -> None:
    assert find_blur(sharpen(blurred(page, 2), 2)) == 0


def test_blurred_print_is_read(
    renderer: Renderer, engine: Engine, tmp_path: Path, page: Image.Image
) -> None:
    soft = blurred(page, 3)
    assert correct_page(soft).done == ("blur",)

    layout = read_page(renderer, engine, saved(soft, tmp_path / "a.png"), "image/png", 1).layout
    assert share(layout) > 0.9
