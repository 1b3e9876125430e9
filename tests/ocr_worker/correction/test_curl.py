"""A curled page is read as if it were flat; flat pages, tables and pictures are left alone."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from ocr_worker.correction import correct_page
from ocr_worker.correction.curl import find_curl
from ocr_worker.correction.warp import map_box, warp
from ocr_worker.engines import Engine
from ocr_worker.reading import read_page
from ocr_worker.rendering import Renderer
from tests.ocr_worker.correction.pages import check_boxes, share
from tests.ocr_worker.files import ENGLISH, picture, saved

SIZE = (1240, 1754)


@pytest.fixture
def page() -> Image.Image:
    return picture(ENGLISH * 3, width=SIZE[0], height=SIZE[1])


def sink(x: float, depth: float = 24.0) -> float:
    """How far lines lie above their place, px, the most in the middle of the page."""
    return depth * math.sin(math.pi * x / SIZE[0])


def curled(page: Image.Image) -> Image.Image:
    return warp(page, lambda x, y: (x, y + sink(x)), page.size, paper=255)


def test_the_bend_of_the_lines_is_found(page: Image.Image) -> None:
    curl = find_curl(curled(page))

    assert curl is not None
    middle = curl.map_point(620, 400)[1]
    for x in (200.0, 400.0, 800.0, 1000.0):
        _, y = curl.map_point(x, 400.0)
        # A point of the flat page lies as far higher on the curled one as the page was bent.
        assert middle - y == pytest.approx(sink(x) - sink(620), abs=2.5)


def test_what_is_flat_stays_as_it_is(page: Image.Image) -> None:
    assert find_curl(page) is None
    assert find_curl(Image.new("L", SIZE, 255)) is None

    rings = Image.new("L", SIZE, 255)
    draw = ImageDraw.Draw(rings)
    for radius in range(20, 600, 20):
        draw.ellipse((620 - radius, 877 - radius, 620 + radius, 877 + radius), outline=0, width=4)
    assert find_curl(rings) is None


def test_a_curled_page_is_read_and_its_words_are_where_people_see_them(
    renderer: Renderer, engine: Engine, tmp_path: Path, page: Image.Image
) -> None:
    shown = curled(page)
    assert correct_page(shown).done == ("curl",)

    layout = read_page(renderer, engine, saved(shown, tmp_path / "a.png"), "image/png", 1).layout

    assert share(layout) > 0.9
    check_boxes(layout, shown)


def test_a_box_goes_where_its_edges_go() -> None:
    assert map_box(lambda x, y: (x, y + sink(x)), (0, 100, 1240, 120)) == (0, 100, 1240, 144)
