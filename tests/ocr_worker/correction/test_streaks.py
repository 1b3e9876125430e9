"""Lines of dust all down or across a scan are erased where they keep print from being read."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from ocr_worker.correction.streaks import take_off_streaks
from ocr_worker.engines import Engine
from ocr_worker.reading import read_page
from ocr_worker.rendering import Renderer
from tests.ocr_worker.correction.pages import share
from tests.ocr_worker.files import ENGLISH, picture, saved

TURN = Image.Transpose.TRANSPOSE
#: Where a streak begins and ends, and its width, px.
STREAKS = ((140, 143, 1), (260, 256, 2), (417, 417, 3), (630, 634, 2))


@pytest.fixture
def page() -> Image.Image:
    return picture(ENGLISH * 3, width=1240, height=1754)


def streaked(page: Image.Image, tone: int = 90) -> Image.Image:
    dusty = page.copy()
    for first, last, width in STREAKS:
        ImageDraw.Draw(dusty).line((first, 0, last, page.height), fill=tone, width=width)
    return dusty


def test_clean_pages_have_no_streaks(page: Image.Image) -> None:
    assert take_off_streaks(page) is None
    assert take_off_streaks(Image.new("L", (60, 60), 255)) is None


@pytest.mark.parametrize("tone", [40, 150])
@pytest.mark.parametrize("level", [False, True])
def test_streaks_are_erased_and_letters_stay(page: Image.Image, tone: int, level: bool) -> None:
    dusty = streaked(page.transpose(TURN), tone).transpose(TURN) if level else streaked(page, tone)
    clean = take_off_streaks(dusty)

    assert clean is not None
    wrong = ImageChops.difference(clean, page).histogram()
    before = ImageChops.difference(dusty, page).histogram()
    assert sum(wrong[60:]) < 0.2 * sum(before[60:])


def test_lines_that_are_printed_stay(page: Image.Image) -> None:
    draw = ImageDraw.Draw(page)
    draw.line((600, 120, 600, 1640), fill=0, width=2)  # between two columns, to the margins

    assert take_off_streaks(page) is None
    draw.rectangle((30, 2, 1200, 1750), outline=0, width=3)  # the frame of a form
    draw.line((0, 1700, 1240, 1700), fill=0, width=2)

    assert take_off_streaks(page) is None


def test_print_under_streaks_is_read(
    renderer: Renderer, engine: Engine, tmp_path: Path, page: Image.Image
) -> None:
    path = saved(streaked(page), tmp_path / "dusty.png")

    assert share(read_page(renderer, engine, path, "image/png", 1).layout) > 0.9


def test_lines_that_cross_no_print_stay(page: Image.Image) -> None:
    draw = ImageDraw.Draw(page)
    for y in (60, 1690):  # of a letterhead, printed to the edges of the sheet
        draw.line((0, y, page.width, y), fill=60, width=3)

    assert take_off_streaks(page) is None
