"""Print that moved while it was taken is sharpened before it is read; others keep every px."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from ocr_worker.correction import correct_page
from ocr_worker.correction.motion import Way, find_motion
from ocr_worker.engines import Engine
from ocr_worker.reading import read_page
from ocr_worker.rendering import Renderer
from tests.ocr_worker.correction.pages import share
from tests.ocr_worker.files import ENGLISH, picture, saved


@pytest.fixture
def page() -> Image.Image:
    return picture(ENGLISH * 3, width=1240, height=1754)


def moved(page: Image.Image, way: Way, length: float) -> Image.Image:
    radius = (length - 1) / 2
    return page.filter(ImageFilter.BoxBlur((radius, 0) if way == "across" else (0, radius)))


def test_sharp_blurred_and_empty_pages_have_not_moved(page: Image.Image) -> None:
    assert find_motion(page) is None
    assert find_motion(page.filter(ImageFilter.GaussianBlur(2))) is None
    assert find_motion(Image.new("L", (1240, 1754), 255)) is None
    assert find_motion(Image.new("L", (30, 20), 255)) is None


@pytest.mark.parametrize("way", ["across", "down"])
@pytest.mark.parametrize("length", [5, 9])
def test_how_far_a_page_moved_is_found(page: Image.Image, way: Way, length: float) -> None:
    found = find_motion(moved(page, way, length))
    assert found is not None
    assert found.way == way
    assert found.length == pytest.approx(length, rel=0.15)


@pytest.mark.parametrize("way", ["across", "down"])
def test_what_moved_is_read(
    renderer: Renderer, engine: Engine, tmp_path: Path, page: Image.Image, way: Way
) -> None:
    smeared = moved(page, way, 9)
    assert correct_page(smeared).done == ("motion",)

    layout = read_page(renderer, engine, saved(smeared, tmp_path / "a.png"), "image/png", 1).layout
    assert share(layout) > 0.9
