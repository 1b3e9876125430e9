"""The Tesseract engine on pages made here, whose words and places are known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from documents.errors import EngineUnavailable, ReadingTimeout
from documents.text.page_layout import PageLayout
from ocr_worker.engines import (
    Engine,
    create_engine,
    recognise_page,
    tessdata,
    tesseract_handles,
)
from tests.ocr_worker.files import ENGLISH, font, picture

LEFT = ["The first column tells of ships", "and of the sea that bore them",
        "until the harbour was in sight."]  # fmt: skip
RIGHT = ["Another column stands beside it", "and speaks of mountains alone",
         "where nobody has ever sailed."]  # fmt: skip


def read(engine: Engine, page: Image.Image, seconds: float = 60) -> PageLayout:
    return engine.read(page, dpi=200, language="", seconds=seconds)


def columns() -> Image.Image:
    page = Image.new("L", (1654, 1000), 255)
    draw = ImageDraw.Draw(page)
    for x, lines in ((100, LEFT * 4), (900, RIGHT * 4)):
        for index, line in enumerate(lines):
            draw.text((x, 100 + 55 * index), line, fill=0, font=font(34))
    return page


def test_every_word_has_a_box_with_ink_in_it_and_a_confidence(engine: Engine) -> None:
    page = picture(ENGLISH)

    words = list(read(engine, page).words())

    assert len(words) >= len(" ".join(ENGLISH).split()) - 2
    for word in words:
        x0, y0, x1, y1 = word.bbox
        assert 0 <= x0 < x1 <= page.width and 0 <= y0 < y1 <= page.height
        pixels = page.crop((int(x0), int(y0), int(x1) + 1, int(y1) + 1)).tobytes()
        assert min(pixels) < 100, word.text
        assert word.confidence is not None and 0 <= word.confidence <= 1


def test_a_word_stands_where_it_was_printed(engine: Engine) -> None:
    page = Image.new("L", (1240, 600), 255)
    draw = ImageDraw.Draw(page)
    draw.text((100, 100), "The quick brown fox jumps over", fill=0, font=font(40))
    draw.text((600, 400), "harbour", fill=0, font=font(40))
    printed = draw.textbbox((600, 400), "harbour", font=font(40))

    [found] = [word for word in read(engine, page).words() if word.text == "harbour"]

    assert found.bbox == pytest.approx(printed, abs=6)


def test_lines_and_blocks_hold_their_words(engine: Engine) -> None:
    for block in read(engine, picture(ENGLISH)).blocks:
        x0, y0, x1, y1 = block.bbox
        for line in block.lines:
            for word in line.words:
                assert x0 <= word.bbox[0] and word.bbox[2] <= x1
                assert y0 <= word.bbox[1] and word.bbox[3] <= y1


def test_a_column_is_read_to_its_end_before_the_next(engine: Engine) -> None:
    text = read(engine, columns()).text

    assert text.rindex("ships") < text.index("mountains")
    assert text.rindex("harbour") < text.index("Another")


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_the_turn_that_makes_a_page_upright_is_stored(engine: Engine, turn: int) -> None:
    upright = picture(ENGLISH * 2)

    layout = read(engine, upright.rotate(-turn, expand=True))

    assert layout.rotation == 360 - turn
    assert (layout.width, layout.height) == upright.size
    assert "supplier" in layout.text


def test_a_page_that_takes_too_long_is_broken_off(engine: Engine) -> None:
    with pytest.raises(ReadingTimeout):
        read(engine, picture(ENGLISH * 5), seconds=0.05)

    assert "supplier" in read(engine, picture(ENGLISH)).text, "and the next one is read"


@pytest.fixture
def without_data(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """A machine on which no Tesseract is installed."""
    settings.OCRSITE_TESSDATA_DIR = None
    monkeypatch.setattr(tessdata, "DIRECTORY_PATTERNS", ())
    monkeypatch.setenv("PATH", "")


@pytest.mark.usefixtures("without_data")
def test_language_data_that_is_missing_is_named_with_how_to_install_it(
    settings: Any, tmp_path: Path
) -> None:
    (tmp_path / "eng.traineddata").write_bytes(b"")
    settings.OCRSITE_TESSDATA_DIR = tmp_path

    with pytest.raises(EngineUnavailable, match="rus, osd") as caught:
        create_engine("tesseract", "rus+eng").load()

    assert "Install it" in caught.value.detail
    assert str(tmp_path) in caught.value.detail


def test_data_is_taken_from_where_the_settings_say(settings: Any, tmp_path: Path) -> None:
    for name in ("rus", "eng", "osd"):
        (tmp_path / f"{name}.traineddata").write_bytes(b"")
    settings.OCRSITE_TESSDATA_DIR = tmp_path

    assert tessdata.find_data_directory(["rus", "eng"]) == tmp_path


@pytest.mark.usefixtures("without_data")
def test_without_any_data_the_error_is_the_same() -> None:
    with pytest.raises(EngineUnavailable, match="Install it"):
        create_engine("tesseract", "rus+eng").load()


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The widths, px, of the images that are shown to the library."""
    widths: list[int] = []

    def show(handle: Any, image: Image.Image, dpi: float) -> None:
        widths.append(image.width)
        tesseract_handles.show_image(handle, image, dpi)

    monkeypatch.setattr(recognise_page, "show_image", show)
    return widths


def printed(size: int) -> Image.Image:
    page = Image.new("L", (1654, 900), 255)
    draw = ImageDraw.Draw(page)
    for index, line in enumerate(ENGLISH * 2):
        draw.text((100, 60 + 2 * size * index), line, fill=0, font=font(size))
    return page


def test_small_print_is_enlarged_and_large_print_is_not(engine: Engine, seen: list[int]) -> None:
    assert "supplier" in read(engine, printed(34)).text
    assert 1654 in seen and 2481 not in seen
    seen.clear()

    layout = read(engine, printed(18))

    assert "supplier" in layout.text and (layout.width, layout.dpi) == (1654, 200)
    assert 2481 in seen and 1654 not in seen


def test_a_doubtful_reading_of_large_print_is_compared_with_an_enlarged_one(
    engine: Engine, seen: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognise_page, "_DOUBTFUL", 1.0)  # all are

    layout = read(engine, printed(34))

    assert {1654, 2481} <= set(seen)
    assert "supplier" in layout.text and layout.width == 1654


def test_a_page_is_tried_first_by_the_languages_of_the_page_before(seen: list[int]) -> None:
    engine = create_engine("tesseract", "rus+eng")
    read(engine, printed(34))
    by_both = len(seen)
    seen.clear()

    layout = read(engine, printed(34))

    assert len(seen) == by_both - 1 and "supplier" in layout.text
    engine.close()
