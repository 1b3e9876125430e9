"""Which languages read a page: those of its script, and the other script's for single words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw, ImageFont, ImageOps

from documents.text.page_layout import Word
from documents.text.scripts import is_cyrillic
from ocr_worker.engines import Engine
from ocr_worker.engines.language_groups import LanguageGroup, group_languages
from ocr_worker.engines.probe import choose_group
from tests.ocr_worker.files import ENGLISH, RUSSIAN, find_font

CYRILLIC = LanguageGroup("CYRILLIC", "rus")
LATIN = LanguageGroup("LATIN", "eng")


def sheet(lines: list[str]) -> Image.Image:
    """A page of A5 at 200 dpi or so, in a font that has Cyrillic."""
    page = Image.new("L", (1240, 1754), 255)
    draw = ImageDraw.Draw(page)
    for index, line in enumerate(lines):
        draw.text((60, 100 + 50 * index), line, fill=0, font=ImageFont.truetype(find_font(), 28))
    return page


def read(engine: Engine, lines: list[str]) -> str:
    return engine.read(sheet(lines), dpi=200, language="", seconds=60).text


def test_languages_of_one_script_read_together() -> None:
    assert group_languages(["rus", "eng"]) == (CYRILLIC, LATIN)
    assert group_languages(["eng", "deu", "rus"]) == (LanguageGroup("LATIN", "eng+deu"), CYRILLIC)


def test_a_documents_own_language_comes_first() -> None:
    groups = group_languages(["rus", "eng"], first="deu")

    assert groups == (LanguageGroup("LATIN", "deu+eng"), CYRILLIC)


def test_with_a_script_that_is_not_known_all_languages_read_together() -> None:
    assert group_languages(["rus", "chi_sim"]) == (LanguageGroup("", "rus+chi_sim"),)


def reader(confidences: dict[str, float]) -> Callable[[Image.Image, LanguageGroup], list[Word]]:
    return lambda strip, group: [
        Word("presumably", (0, 0, 9, 9), confidences[group.codes]) for _ in range(5)
    ]


@pytest.mark.parametrize(
    ("russian", "english", "chosen"),
    [(0.95, 0.40, CYRILLIC), (0.33, 0.92, LATIN), (0.35, 0.30, None), (0.71, 0.60, CYRILLIC)],
)
def test_the_script_is_that_of_the_languages_that_read_a_few_lines_best(
    russian: float, english: float, chosen: LanguageGroup | None
) -> None:
    confidences = {"rus": russian, "eng": english}

    assert choose_group(sheet(ENGLISH), 200, (CYRILLIC, LATIN), reader(confidences)) == chosen


@pytest.fixture(autouse=True)
def _font() -> None:
    if not find_font():
        pytest.skip("no font with Cyrillic on this machine")


def test_no_cyrillic_letter_comes_out_of_an_english_page(engine: Engine) -> None:
    small = ["On the top of the page a cat sat in good order"] * 6

    text = read(engine, ENGLISH * 3 + small)

    assert not any(map(is_cyrillic, text)), text
    assert text.count("On the top of the page a cat sat in good order") == 6


@pytest.mark.parametrize("lines", [RUSSIAN, ENGLISH], ids=["Russian", "English"])
def test_white_on_black_is_read_too(engine: Engine, lines: list[str]) -> None:
    page = sheet(lines)
    for index, (left, right) in ((2, (50, 1150)), (3, (0, page.width))):
        band = (left, 94 + 50 * index, right, 140 + 50 * index)
        page.paste(ImageOps.invert(page.crop(band)), band[:2])

    text = engine.read(page, dpi=200, language="", seconds=60).text

    assert lines[2] in text
    assert lines[3] in text


def test_english_names_and_sentences_are_read_on_a_russian_page(engine: Engine) -> None:
    mixed = [
        "Сервер Debian GNU/Linux поставляется с Microsoft Office",
        "You can only use this server on your own network.",
        "и обновляется с сайта www.example.org без участия",
    ]

    text = read(engine, RUSSIAN * 2 + mixed + RUSSIAN)

    for line in mixed:
        assert line in text
    assert text.count(RUSSIAN[0]) == 3


def test_a_page_is_read_the_same_whatever_was_read_before(engine: Engine) -> None:
    """The letters of these words have Latin twins, which an English reading takes them for."""
    order = ["Заказ № 5", "от 20 ноября", "сумма 250 рублей"]
    alone = read(engine, order)

    read(engine, ENGLISH)

    assert read(engine, order) == alone
    assert "Заказ" in alone
    assert "сумма" in alone
