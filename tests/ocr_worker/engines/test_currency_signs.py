"""A currency sign and its amount are two words where a space is printed between them."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from documents.text.page_layout import Word
from ocr_worker.engines.currency_signs import part_currency_signs
from tests.ocr_worker.files import font


def drawn(sign: str, amount: str, gap: int, size: int) -> tuple[Image.Image, Word]:
    """Sign and amount with so many px of paper more than between letters, as one word."""
    image = Image.new("L", (400, 80), 255)
    draw = ImageDraw.Draw(image)
    draw.text((20, 10), sign, fill=0, font=font(size))
    left = 20 + round(draw.textlength(sign, font=font(size))) + gap
    draw.text((left, 10), amount, fill=0, font=font(size))
    box = image.point([255 - value for value in range(256)]).getbbox()
    assert box is not None
    return image, Word(sign + amount, tuple(map(float, box)), 0.9)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [22, 30, 44])
def test_an_amount_is_parted_from_its_sign_where_paper_shows_between_them(size: int) -> None:
    image, word = drawn("$", "142.00", gap=size // 4, size=size)
    line = [Word("Total", (0, 10, 15, 40), 0.9), word]

    part_currency_signs(image, line)

    assert [one.text for one in line] == ["Total", "$", "142.00"]
    sign, amount = line[1:]
    assert sign.bbox[0] == word.bbox[0]
    assert sign.bbox[2] < amount.bbox[0]
    assert amount.bbox[2] == word.bbox[2]


@pytest.mark.parametrize("size", [22, 30, 44])
def test_what_is_printed_together_stays_one_word(size: int) -> None:
    image, word = drawn("$", "142.00", gap=0, size=size)
    line = [word]

    part_currency_signs(image, line)

    assert line == [word]


def test_other_words_and_places_without_ink_stay_as_they_are() -> None:
    image = Image.new("L", (100, 40), 255)
    line = [Word("$HOME", (0, 0, 50, 20), 0.9), Word("$5", (60, 0, 90, 20), 0.9)]

    part_currency_signs(image, line)

    assert [word.text for word in line] == ["$HOME", "$5"]
