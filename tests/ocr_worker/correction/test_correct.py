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
from tests.ocr_worker.files import ENGLISH, picture, saved


@pytest.fixture
def page() -> Image.Image:
    return picture(ENGLISH * 3, width=1240, height=1754)


def askew(page: Image.Image, degrees: float) -> Image.Image:
    """The page turned counterclockwise, on white."""
    return page.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def in_shadow(page: Image.Image, darkest: int = 70) -> Image.Image:
    """The page with light that falls off from the left to the right."""
    light = Image.linear_gradient("L").rotate(90).resize(page.size)
    low = light.point([darkest + (255 - darkest) * value // 255 for value in range(256)])
    return ImageChops.multiply(page, low)


def seen_words(renderer: Renderer, engine: Engine, path: Path) -> PageLayout:
    return read_page(renderer, engine, path, "image/png", 1).layout


def share(layout: PageLayout) -> float:
    """The share of the printed words that were read."""
    printed = " ".join(ENGLISH).split()
    read = set(layout.text.split())
    return sum(word in read for word in printed) / len(printed)


@pytest.mark.parametrize("degrees", [-7.0, -3.0, -1.5, 2.0, 5.0, 9.0])
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

    factor = layout.width / shown.width
    assert (layout.width, layout.height) == pytest.approx(
        (shown.width * factor, shown.height * factor), abs=2
    )
    words = [word for word in layout.words() if len(word.text) > 5]
    assert len(words) > 20
    for word in words:
        x0, y0, x1, y1 = (round(value / factor) for value in word.bbox)
        dark, _ = shown.crop((x0, y0, x1, y1)).getextrema()
        assert dark < 100, f"no ink where {word.text} is said to be"  # type: ignore[operator]


def test_a_turned_point_comes_back() -> None:
    plane, (width, height) = turn(7, (400, 600))

    assert plane.map_point(width / 2, height / 2) == pytest.approx((200, 300))
    straight, _ = turn(0, (400, 600))
    assert straight.map_point(10, 20) == pytest.approx((10, 20))


def test_boxes_stay_on_the_page() -> None:
    plane, (width, height) = turn(7, (400, 600))
    corner = (0.0, 0.0, float(width), float(height))
    line = Line("all", corner, (Word("all", corner),))
    read = PageLayout(
        width, height, 200.0, blocks=(Block("b1", "text", corner, 0, "all", lines=(line,)),)
    )

    placed = Corrected(Image.new("L", (width, height)), (400, 600), plane).place_on_page(read)

    assert (placed.width, placed.height) == (400, 600)
    assert next(placed.words()).bbox == (0, 0, 400, 600)
