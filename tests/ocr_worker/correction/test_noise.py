"""Specks all over a page are taken off before it is read; clean pages keep every px."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from ocr_worker.correction import correct_page
from ocr_worker.correction.noise import has_noise
from ocr_worker.correction.shading import divide_by_paper, find_shading
from ocr_worker.engines import Engine
from ocr_worker.reading import read_page
from ocr_worker.rendering import Renderer
from tests.ocr_worker.correction.pages import in_shadow, share
from tests.ocr_worker.files import ENGLISH, picture, saved


@pytest.fixture
def page() -> Image.Image:
    return picture(ENGLISH * 3, width=1240, height=1754)


def with_specks(page: Image.Image) -> Image.Image:
    """Every 25th px is black or white."""
    chance = random.Random(4)
    bytes_of_page = bytearray(page.tobytes())
    for place in chance.sample(range(len(bytes_of_page)), len(bytes_of_page) // 25):
        bytes_of_page[place] = chance.choice((0, 255))
    return Image.frombytes("L", page.size, bytes(bytes_of_page))


def with_grain(page: Image.Image, sigma: float) -> Image.Image:
    """Lighter and darker px as in a picture taken in little light (`sigma` of 255)."""
    random.seed(4)
    grain = Image.effect_noise(page.size, sigma)
    return ImageChops.add(page, grain, 1, -128)


def test_clean_pages_and_photographs_with_little_grain_have_no_noise(page: Image.Image) -> None:
    assert not has_noise(page)
    assert not has_noise(with_grain(page, 15))
    assert not has_noise(Image.new("L", (30, 20), 255))
    dense = picture(ENGLISH * 20, width=1240, height=1754)
    assert not has_noise(dense)


def test_specks_are_taken_off(
    renderer: Renderer, engine: Engine, tmp_path: Path, page: Image.Image
) -> None:
    dirty = with_specks(page)
    assert correct_page(dirty).done == ("noise",)

    layout = read_page(renderer, engine, saved(dirty, tmp_path / "a.png"), "image/png", 1).layout
    assert share(layout) > 0.9


def test_strong_grain_is_noise(page: Image.Image) -> None:
    assert correct_page(with_grain(page, 60)).done == ("noise",)


def test_paper_in_weak_light_is_smooth_after_its_shadow_is_taken_off(page: Image.Image) -> None:
    blank = Image.new("L", page.size, 255)
    shaded = with_grain(in_shadow(blank, darkest=40), 7)

    light = find_shading(shaded)
    assert light is not None
    rough = count_dark(divide_by_paper(shaded, light))
    assert rough > 500
    assert count_dark(correct_page(shaded).image) < rough / 10


def count_dark(page: Image.Image) -> int:
    """The dark px of a part of the page where the light is weak."""
    return sum(page.crop((30, 800, 130, 1000)).histogram()[:200])
