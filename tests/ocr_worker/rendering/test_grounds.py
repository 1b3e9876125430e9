"""Letters are drawn on a ground from which they differ, in gray too."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from ocr_worker.rendering import Renderer
from ocr_worker.rendering.image_modes import to_plain_mode
from tests.ocr_worker.files import font, saved

Colour = tuple[int, int, int]


def draw_letters(
    letters: tuple[int, ...], ground: tuple[int, ...], mode: str = "RGB"
) -> Image.Image:
    page = Image.new(mode, (800, 400), ground)
    for row in range(6):
        text = "Reading room of the library"
        ImageDraw.Draw(page).text((60, 30 + 40 * row), text, fill=letters, font=font(30))
    return page


@pytest.mark.parametrize(
    ("letters", "ground"), [((208, 48, 48), (58, 128, 58)), ((204, 34, 34), (34, 90, 204))]
)
def test_letters_as_bright_as_their_ground_are_seen(
    renderer: Renderer, tmp_path: Path, letters: Colour, ground: Colour
) -> None:
    path = saved(draw_letters(letters, ground), tmp_path / "a.png")

    page = renderer.render_page(path, "image/png", 1)

    low, high = page.image.convert("L").getextrema()
    assert not page.blank
    assert high - low > 60  # type: ignore[operator]


@pytest.mark.parametrize(
    ("letters", "is_dark"), [(255, True), (0, False), (225, True), (90, False)]
)
def test_what_borders_on_nothing_chooses_the_ground(letters: int, is_dark: bool) -> None:
    page = draw_letters((letters, letters, letters, 255), (255, 255, 255, 0), "RGBA")
    ImageDraw.Draw(page).rectangle((0, 300, 800, 400), fill=(40, 60, 120, 255))  # a band

    corner = to_plain_mode(page).getpixel((5, 5))

    assert corner == ((32, 32, 32) if is_dark else (255, 255, 255))
