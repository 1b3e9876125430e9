"""Print under a coloured stamp or pen is read, and so is what the stamp says."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from ocr_worker.engines import Engine
from ocr_worker.reading import read_page
from ocr_worker.rendering import Renderer
from tests.ocr_worker.correction.pages import share
from tests.ocr_worker.correction.test_streaks import STREAKS
from tests.ocr_worker.files import ENGLISH, font, picture, saved

BLUE, RED = (40, 60, 190, 210), (200, 40, 50, 210)


@pytest.fixture
def page() -> Image.Image:
    return picture(ENGLISH * 3, width=1240, height=1754).convert("RGBA")


def stamped(page: Image.Image, colour: tuple[int, int, int, int], at: int = 60) -> Image.Image:
    """`page` with a stamp over the beginning of its first lines."""
    ink = Image.new("RGBA", page.size, (255, 255, 255, 0))
    draw = ImageDraw.Draw(ink)
    for radius in (190, 120):
        draw.ellipse((300 - radius, at + 210 - radius, 300 + radius, at + 210 + radius),
                     outline=colour, width=5)  # fmt: skip
    draw.text((205, at + 170), "RECEIVED", fill=colour, font=font(36))
    draw.text((225, at + 230), "4718 PK", fill=colour, font=font(36))
    return Image.alpha_composite(page, ink).convert("RGB")


@pytest.mark.parametrize("colour", [BLUE, RED], ids=["blue", "red"])
def test_print_under_a_stamp_is_read_and_the_stamp_too(
    renderer: Renderer,
    engine: Engine,
    tmp_path: Path,
    page: Image.Image,
    colour: tuple[int, int, int, int],
) -> None:
    path = saved(stamped(page, colour), tmp_path / "stamped.png")
    layout = read_page(renderer, engine, path, "image/png", 1).layout

    assert share(layout) > 0.97
    stamps = " ".join(block.text for block in layout.blocks if block.label == "seal")
    assert "RECEIVED" in stamps or "4718" in stamps


def test_coloured_print_is_read_as_print(
    renderer: Renderer, engine: Engine, tmp_path: Path, page: Image.Image
) -> None:
    draw = ImageDraw.Draw(page)
    for index, line in enumerate(ENGLISH):
        draw.text((60, 1100 + 60 * index), line, fill=(20, 40, 180), font=font(30))

    path = saved(page.convert("RGB"), tmp_path / "links.png")
    layout = read_page(renderer, engine, path, "image/png", 1).layout

    assert share(layout) > 0.97
    assert all(block.label == "text" for block in layout.blocks)
    # Both times that they stand there.
    words = layout.text.split()
    assert all(words.count(word) >= 2 for word in ENGLISH[0].split() if len(word) > 5)


@pytest.mark.parametrize(("colour", "marked"), [(BLUE, True), ((60, 60, 60, 170), False)])
def test_a_page_says_whether_it_has_colour(
    renderer: Renderer,
    tmp_path: Path,
    page: Image.Image,
    colour: tuple[int, int, int, int],
    marked: bool,
) -> None:
    path = saved(stamped(page, colour), tmp_path / "page.png")

    assert renderer.render_page(path, "image/png", 1).marked == marked


def test_a_pale_stamp_beside_the_print_is_read_on_a_gray_scan(
    renderer: Renderer, engine: Engine, tmp_path: Path, page: Image.Image
) -> None:
    pale = stamped(page, (90, 90, 90, 150), at=1100).convert("L")
    path = saved(pale, tmp_path / "gray.png")
    layout = read_page(renderer, engine, path, "image/png", 1).layout

    assert share(layout) > 0.97
    assert "RECEIVED" in layout.text and "4718" in layout.text


def test_a_page_is_rid_of_a_stamp_and_of_streaks(
    renderer: Renderer, engine: Engine, tmp_path: Path, page: Image.Image
) -> None:
    draw = ImageDraw.Draw(page)
    for first, last, width in STREAKS:
        draw.line((first, 0, last, page.height), fill=(90, 90, 90), width=width)
    path = saved(stamped(page, BLUE), tmp_path / "stamped.png")
    layout = read_page(renderer, engine, path, "image/png", 1).layout

    assert share(layout) > 0.95
    stamps = " ".join(block.text for block in layout.blocks if block.label == "seal")
    assert "RECEIVED" in stamps or "4718" in stamps
    assert len({block.id for block in layout.blocks}) == len(layout.blocks)
