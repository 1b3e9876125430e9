"""Blank pages are found by their ink."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from ocr_worker.rendering import Renderer
from ocr_worker.rendering.blank_page import is_blank
from tests.ocr_worker.files import PDF, font

SIZE = (1654, 2339)  # A4 at 200 dpi


def paper(tone: int = 255) -> Image.Image:
    return Image.new("L", SIZE, tone)


def noisy(page: Image.Image, *, specks: int = 400, seed: int = 1) -> Image.Image:
    """Grain of +-8 and specks of dust up to 3 px."""
    dice = random.Random(seed)
    grain = Image.effect_noise(page.size, 16)
    page = Image.blend(page, grain, 0.12)
    draw = ImageDraw.Draw(page)
    for _ in range(specks):
        x, y, side = dice.randrange(SIZE[0]), dice.randrange(SIZE[1]), dice.randrange(1, 4)
        draw.rectangle((x, y, x + side - 1, y + side - 1), fill=dice.randrange(40, 160))
    return page


def test_white_and_gray_paper_is_blank() -> None:
    assert is_blank(paper())
    assert is_blank(paper(190))


def test_scanner_noise_and_dust_are_blank() -> None:
    assert is_blank(noisy(paper(240)))


def test_a_shadow_at_the_border_and_a_fold_are_blank() -> None:
    page = noisy(paper(240))
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, 25, SIZE[1]), fill=20)
    draw.rectangle((0, SIZE[1] - 18, SIZE[0], SIZE[1]), fill=60)
    draw.line((0, 1200, SIZE[0], 1206), fill=120, width=3)
    assert is_blank(page)


@pytest.mark.parametrize("text", ["7", "12", "Page intentionally left blank"])
def test_a_page_number_or_a_single_line_is_not_blank(text: str) -> None:
    page = noisy(paper(240))
    ImageDraw.Draw(page).text((820, 2200), text, fill=30, font=font(28))
    assert not is_blank(page)


def test_pale_print_is_not_blank() -> None:
    page = paper()
    ImageDraw.Draw(page).text((300, 500), "Pale but readable", fill=170, font=font(32))
    assert not is_blank(page)


def test_white_print_on_black_is_not_blank() -> None:
    page = paper(10)
    ImageDraw.Draw(page).text((300, 500), "Inverted", fill=245, font=font(60))
    assert not is_blank(page)


@pytest.mark.shared
def test_the_blank_sample_is_blank(renderer: Renderer, shared: Path) -> None:
    path = shared / "samples/docs/en/en-ocrmypdf-blank.pdf"
    assert renderer.render_page(path, PDF, 1).blank
