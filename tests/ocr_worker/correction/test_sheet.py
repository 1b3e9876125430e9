"""A sheet that was photographed on a table is read as if it lay flat, and only it is cut out."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops

from ocr_worker.correction import correct_page
from ocr_worker.correction.plane import Point, spread
from ocr_worker.correction.sheet import find_sheet
from ocr_worker.engines import Engine
from ocr_worker.reading import read_page
from ocr_worker.rendering import Renderer
from ocr_worker.rendering.rotate import rotate_clockwise
from tests.ocr_worker.correction.pages import check_boxes, in_shadow, share
from tests.ocr_worker.files import ENGLISH, picture, saved

TABLE = 80
CORNERS = ((250.0, 150.0), (1250.0, 90.0), (1380.0, 1700.0), (110.0, 1760.0))


@pytest.fixture
def page() -> Image.Image:
    return picture(ENGLISH * 3, width=1240, height=1754)


def on_table(page: Image.Image, corners: tuple[Point, ...] = CORNERS) -> Image.Image:
    """The page on a dark table, its corners where `corners` say, in a picture of 1500 x 1900."""
    # From the picture's points to the page's: the map of `spread`, the other way round.
    plane, size = spread(corners)
    there = plane.invert()
    scaled = page.resize(size, Image.Resampling.LANCZOS)
    return scaled.transform(
        (1500, 1900), Image.Transform.PERSPECTIVE, there.coefficients, fillcolor=TABLE
    )


def test_the_corners_of_a_sheet_are_found(page: Image.Image) -> None:
    found = find_sheet(on_table(page))

    assert found is not None
    for corner, (x, y) in zip(found, CORNERS, strict=True):
        assert corner == pytest.approx((x, y), abs=12)


def test_a_sheet_is_found_in_a_shadow_as_dark_as_the_table(page: Image.Image) -> None:
    assert find_sheet(in_shadow(on_table(page), darkest=80)) is not None


@pytest.mark.parametrize("table", [40, 120, 195])
def test_a_sheet_is_found_on_dark_and_light_tables(page: Image.Image, table: int) -> None:
    photo = on_table(page)
    assert find_sheet(photo.point([table if v == TABLE else v for v in range(256)])) is not None


def test_a_sheet_is_found_on_grained_wood(page: Image.Image) -> None:
    grain = Image.new("L", (1500, 1900))
    for left in range(0, 1500, 20):
        grain.paste(90 + 10 * (left // 20 % 6), (left, 0, left + 20, 1900))
    photo = on_table(page)
    photo.paste(grain, mask=photo.point([255 if v == TABLE else 0 for v in range(256)]))

    found = find_sheet(photo)

    assert found is not None
    for corner, (x, y) in zip(found, CORNERS, strict=True):
        assert corner == pytest.approx((x, y), abs=16)


def test_a_page_without_table_is_left_as_it_is(page: Image.Image) -> None:
    assert find_sheet(page) is None
    page.paste(40, (0, 0, 1240, 300))
    page.paste(40, (0, 0, 60, 1754))
    assert find_sheet(page) is None, "dark bars at two sides are no table"


def test_text_beside_a_sheet_is_not_cut_off(page: Image.Image) -> None:
    white_type = ImageChops.invert(picture(ENGLISH[:2], width=1500, height=300))
    dark = on_table(page, ((200, 400), (1300, 400), (1300, 1800), (200, 1800)))
    assert find_sheet(dark) is not None

    dark.paste(white_type.point([max(value, TABLE) for value in range(256)]), (0, 0))
    assert find_sheet(dark) is None


def test_a_photographed_sheet_is_read(
    renderer: Renderer, engine: Engine, tmp_path: Path, page: Image.Image
) -> None:
    photo = on_table(page)
    assert correct_page(photo).done == ("sheet",)

    layout = read_page(renderer, engine, saved(photo, tmp_path / "a.png"), "image/png", 1).layout
    assert share(layout) > 0.9


@pytest.mark.parametrize("quarter", [0, 90])
def test_words_of_a_photographed_sheet_are_where_people_see_them(
    renderer: Renderer, engine: Engine, tmp_path: Path, page: Image.Image, quarter: int
) -> None:
    photo = on_table(page)
    path = saved(rotate_clockwise(photo, quarter), tmp_path / "a.png")

    check_boxes(read_page(renderer, engine, path, "image/png", 1).layout, photo)
