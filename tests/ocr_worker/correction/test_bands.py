"""A dark band with light print becomes print on paper; pictures and plain pages keep every px."""

from __future__ import annotations

from PIL import Image, ImageDraw

from ocr_worker.correction import correct_page
from ocr_worker.correction.bands import find_bands
from tests.ocr_worker.files import ENGLISH, font, picture

BAND = (100, 700, 1100, 760)


def page_with_band(fill: int = 50, letters: int = 255) -> Image.Image:
    page = picture(ENGLISH)
    draw = ImageDraw.Draw(page)
    draw.rectangle((BAND[0], BAND[1], BAND[2] - 1, BAND[3] - 1), fill=fill)
    draw.text((130, 712), "Number Name Price Amount", fill=letters, font=font(32))
    return page


def test_a_dark_band_is_turned_into_print_on_paper() -> None:
    page = page_with_band()

    corrected = correct_page(page)

    assert find_bands(page) == [BAND]
    assert "bands" in corrected.done and corrected.place is None
    inside = corrected.image.crop((BAND[0] + 4, BAND[1] + 4, BAND[2] - 4, BAND[3] - 4))
    dark = sum(inside.histogram()[:128]) / (inside.width * inside.height)
    assert 0.02 < dark < 0.4  # the letters
    assert (
        corrected.image.crop((0, 0, 1240, 600)).tobytes() == page.crop((0, 0, 1240, 600)).tobytes()
    )


def test_pictures_and_plain_pages_keep_every_px() -> None:
    plain, photo, drawn = picture(ENGLISH), picture(ENGLISH), picture(ENGLISH)
    photo.paste(Image.effect_noise((800, 100), 60).point(lambda tone: tone // 2), (200, 700))
    ImageDraw.Draw(drawn).rectangle((200, 700, 600, 1200), fill=30)
    ImageDraw.Draw(drawn).rectangle((210, 800, 500, 900), fill=240)
    for page in (plain, photo, drawn, page_with_band(fill=50, letters=50)):
        assert find_bands(page) == []


def test_a_large_dark_box_with_a_line_of_print_is_a_band_too() -> None:
    page = picture(ENGLISH)
    box = (100, 800, 1100, 1300)
    ImageDraw.Draw(page).rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=50)
    ImageDraw.Draw(page).text((200, 1000), "Number Name Price", fill=255, font=font(40))

    assert find_bands(page) == [box]
