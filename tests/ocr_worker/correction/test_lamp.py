"""A dark stripe from edge to edge is made light before a page is read; dark heads stay."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from ocr_worker.correction import correct_page
from ocr_worker.correction.lamp import find_stripes
from ocr_worker.engines import Engine
from ocr_worker.reading import read_page
from ocr_worker.rendering import Renderer
from tests.ocr_worker.correction.pages import share
from tests.ocr_worker.files import ENGLISH, picture, saved

TURN = Image.Transpose.TRANSPOSE


@pytest.fixture
def page() -> Image.Image:
    return picture(ENGLISH * 3, width=1240, height=1754)


def striped(page: Image.Image, at: int = 400, width: int = 120, light: int = 90) -> Image.Image:
    """`page` with `light` (of 255) in a stripe from the top to the bottom."""
    lit = Image.new("L", page.size, 255)
    ImageDraw.Draw(lit).rectangle((at, 0, at + width, page.height), fill=light)
    return ImageChops.multiply(page, lit)


def test_pages_without_a_stripe_have_none(page: Image.Image) -> None:
    assert find_stripes(page) is None
    assert find_stripes(Image.new("L", page.size, 255)) is None
    assert find_stripes(Image.new("L", (30, 20), 255)) is None


def test_the_black_around_a_page_is_no_stripe(page: Image.Image) -> None:
    assert find_stripes(striped(page, at=0, width=50, light=5)) is None


def test_a_dark_head_with_light_print_is_no_stripe(page: Image.Image) -> None:
    head = ImageChops.invert(picture(ENGLISH, width=1240, height=200)).point(
        [max(value, 60) for value in range(256)]
    )
    page.paste(head, (0, 300))
    assert find_stripes(page) is None


@pytest.mark.parametrize("level", [False, True])
def test_a_stripe_is_made_light(page: Image.Image, level: bool) -> None:
    dark = striped(page.transpose(TURN)).transpose(TURN) if level else striped(page)
    corrected = correct_page(dark)

    assert corrected.done == ("stripes",)
    assert max(ImageChops.difference(corrected.image, page).reduce(8).tobytes()) < 120


def test_print_in_a_stripe_is_read(
    renderer: Renderer, engine: Engine, tmp_path: Path, page: Image.Image
) -> None:
    path = saved(striped(page), tmp_path / "a.png")
    assert share(read_page(renderer, engine, path, "image/png", 1).layout) > 0.9
