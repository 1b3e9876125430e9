"""Pages askew or in a shadow are read as if they were neither; others are left as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops

from documents.text.page_layout import Block, Line, PageLayout, Word
from ocr_worker.correction import Corrected, correct_page
from ocr_worker.correction.plane import turn
from ocr_worker.correction.skew import find_skew
from ocr_worker.engines import Engine
from ocr_worker.reading import read_page
from ocr_worker.rendering import Renderer
from ocr_worker.rendering.rotate import rotate_clockwise
from tests.ocr_worker.correction.pages import check_boxes, in_shadow, share
from tests.ocr_worker.files import ENGLISH, picture, saved


@pytest.fixture
def page() -> Image.Image:
    return picture(ENGLISH * 3, width=1240, height=1754)


def askew(page: Image.Image, degrees: float) -> Image.Image:
    """The page turned counterclockwise, on white."""
    return page.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def seen_words(renderer: Renderer, engine: Engine, path: Path) -> PageLayout:
    return read_page(renderer, engine, path, "image/png", 1).layout


@pytest.mark.parametrize("degrees", [-7.0, -3.0, -1.5, 2.0, 5.0, 9.0, 13.0])
def test_the_slope_of_lines_is_found(page: Image.Image, degrees: float) -> None:
    assert find_skew(askew(page, degrees)) == pytest.approx(-degrees, abs=0.2)


def test_a_level_page_is_left_as_it_is(page: Image.Image) -> None:
    corrected = correct_page(page)

    assert corrected.done == ()
    assert corrected.image is page


def test_a_dark_box_is_no_shadow(page: Image.Image) -> None:
    white_on_dark = page.copy()
    white_on_dark.paste(ImageChops.invert(page).crop((0, 600, 1240, 1754)), (0, 600))

    assert correct_page(white_on_dark).done == ()
    page.paste(40, (0, 1400, 1240, 1754))
    assert correct_page(page).done == ()


@pytest.mark.parametrize("degrees", [-7.0, 4.0])
def test_a_page_askew_is_read(
    renderer: Renderer, engine: Engine, tmp_path: Path, page: Image.Image, degrees: float
) -> None:
    layout = seen_words(renderer, engine, saved(askew(page, degrees), tmp_path / "a.png"))

    assert share(layout) > 0.9


def test_a_page_in_a_shadow_is_read(
    renderer: Renderer, engine: Engine, tmp_path: Path, page: Image.Image
) -> None:
    shaded = in_shadow(page)
    assert correct_page(shaded).done == ("shadow",)

    assert share(seen_words(renderer, engine, saved(shaded, tmp_path / "a.png"))) > 0.9


@pytest.mark.parametrize("quarter", [0, 90, 180, 270])
def test_words_of_a_page_askew_are_where_people_see_them(
    renderer: Renderer, engine: Engine, tmp_path: Path, page: Image.Image, quarter: int
) -> None:
    shown = askew(page, 5.0)
    path = saved(rotate_clockwise(shown, quarter), tmp_path / "a.png")

    layout = seen_words(renderer, engine, path)

    check_boxes(layout, shown)


def test_a_turned_point_comes_back() -> None:
    plane, (width, height) = turn(7, (400, 600))

    assert plane.map_point(width / 2, height / 2) == pytest.approx((200, 300))
    assert plane.invert().map_point(200, 300) == pytest.approx((width / 2, height / 2))
    straight, _ = turn(0, (400, 600))
    assert straight.map_point(10, 20) == pytest.approx((10, 20))


def test_boxes_stay_on_the_page() -> None:
    plane, (width, height) = turn(7, (400, 600))
    corner = (0.0, 0.0, float(width), float(height))
    line = Line("all", corner, (Word("all", corner),))
    read = PageLayout(
        width, height, 200.0, blocks=(Block("b1", "text", corner, 0, "all", lines=(line,)),)
    )

    placed = Corrected(Image.new("L", (width, height)), (400, 600), plane.map_point).place_on_page(
        read
    )

    assert (placed.width, placed.height) == (400, 600)
    assert next(placed.words()).bbox == (0, 0, 400, 600)
