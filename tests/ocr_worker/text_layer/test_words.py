"""Words of a text layer as people read them: once, whole, on straight lines."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from ocr_worker.rendering import LayerWord, Renderer
from ocr_worker.text_layer.extract import convert_to_layout, find_distrust_reason
from ocr_worker.text_layer.words import join_decimals, join_spaced_letters
from tests.ocr_worker.files import PDF, cyrillic_font, pdf, turned

FONT = cyrillic_font()
LINES = (
    "Общество обязуется передать товар покупателю до конца",
    "квартала, а покупатель обязуется принять и оплатить его",
    "The buyer shall inspect the goods within ten working days",
    "of delivery and notify the seller of any visible defects",
)


def read(renderer: Renderer, path: Path, draw: Callable[[Canvas], None]) -> str:
    layer = renderer.read_text_layer(pdf(path, draw), PDF, 1)
    assert layer is not None
    assert find_distrust_reason(layer) is None
    return " ".join(convert_to_layout(layer).text.split())


def draw_lines(canvas: Canvas, shift: float = 0.0) -> None:
    canvas.setFont(FONT, 10)
    for number, line in enumerate(LINES):
        canvas.drawString(60 + shift, 700 - 16 * number, line)


@pytest.mark.parametrize("shift", [0.2, 0.7, 1.6])
def test_lines_drawn_twice_for_bold_type_are_read_once(
    renderer: Renderer, tmp_path: Path, shift: float
) -> None:
    def draw(canvas: Canvas) -> None:
        draw_lines(canvas)
        draw_lines(canvas, shift)

    assert read(renderer, tmp_path / "a.pdf", draw) == " ".join(LINES)


@pytest.mark.parametrize(("spacing", "gap"), [(2.5, 9.0), (4.0, 12.0)])
def test_letters_placed_apart_are_words(
    renderer: Renderer, tmp_path: Path, spacing: float, gap: float
) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 10)
        for number, line in enumerate(LINES):
            x = 40.0
            for letter in line:
                if letter == " ":
                    x += gap - spacing
                    continue
                canvas.drawString(x, 700 - 16 * number, letter)
                x += canvas.stringWidth(letter, FONT, 10) + spacing

    assert read(renderer, tmp_path / "a.pdf", draw) == " ".join(LINES)


def test_letters_placed_apart_are_words_though_some_stand_close(
    renderer: Renderer, tmp_path: Path
) -> None:
    close = ("т", "r", "l")  # the letter before stands beside them, as in one word

    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 10)
        for number, line in enumerate(LINES):
            x = 40.0
            for letter, after in zip(line, f"{line[1:]} ", strict=True):
                if letter == " ":
                    x += 7
                    continue
                canvas.drawString(x, 700 - 16 * number, letter)
                x += canvas.stringWidth(letter, FONT, 10) + (0.1 if after in close else 2.5)

    assert read(renderer, tmp_path / "a.pdf", draw) == " ".join(LINES)


@pytest.mark.parametrize("turn", [90, 270])
def test_letters_placed_apart_are_words_on_a_sideways_page_too(
    renderer: Renderer, tmp_path: Path, turn: int
) -> None:
    def draw(canvas: Canvas) -> None:
        draw_lines(canvas)
        canvas.setFont(FONT, 14)
        canvas.drawString(150, 760, "Р А С П О Р Я Ж Е Н И Е")

    layer = renderer.read_text_layer(turned(pdf(tmp_path / "a.pdf", draw), turn), PDF, 1)

    assert layer is not None
    assert convert_to_layout(layer).text.startswith("РАСПОРЯЖЕНИЕ")


def test_a_title_spaced_out_with_spaces_is_whole(renderer: Renderer, tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_lines(canvas)
        canvas.setFont(FONT, 14)
        canvas.drawString(150, 760, "Р А С П О Р Я Ж Е Н И Е")

    assert read(renderer, tmp_path / "a.pdf", draw).startswith("РАСПОРЯЖЕНИЕ Общество")


def test_a_spaced_word_ends_with_its_mark_and_items_of_a_list_stay_apart() -> None:
    def place(text: str) -> list[str]:
        words = [
            LayerWord(piece, (60 + 14 * at, 500, 67 + 14 * at, 508), 10.0)
            for at, piece in enumerate(text.split())
        ]
        return [word.text for word in join_spaced_letters(words)]

    assert place("Р Е Ш И Л:") == ["РЕШИЛ:"]
    assert place("а) б) в) г) д) е)") == ["а)", "б)", "в)", "г)", "д)", "е)"]


def test_a_number_set_with_its_point_apart_is_one_word() -> None:
    # Where the ink of each begins and ends, points.
    places = [
        *(("0", 60.0, 65.0), (".", 66.2, 67.4), ("25", 68.9, 78.9)),
        *(("7", 120.0, 125.0), (".", 127.3, 128.5), ("8", 131.0, 136.0)),
    ]
    words = [
        LayerWord(text, (left, 506.0 if text == "." else 500.0, right, 507.5), 10.0)
        for text, left, right in places
    ]

    assert [word.text for word in join_decimals(words)] == ["0.25", "7", ".", "8"]


def test_a_line_written_font_by_font_is_read_as_it_is_seen(
    renderer: Renderer, tmp_path: Path
) -> None:
    # As LibreOffice writes text in a font without Cyrillic: digits and marks first, letters after.
    line = 'Поставщик передаёт товар. Срок, вид; счёт: (акт) "нет" 5, 10 кг. Кто-то, Ltd (Москва).'

    def draw(canvas: Canvas) -> None:
        for number in range(3):
            for font, cyrillic in (("Times-Roman", False), (FONT, True)):
                x = 60.0
                canvas.setFont(font, 10)
                for part in re.findall("[а-яёА-ЯЁ]+|[^а-яёА-ЯЁ]+", line):
                    is_cyrillic = part[0] > "\u0400"
                    if is_cyrillic == cyrillic:
                        canvas.drawString(x, 700 - 16 * number, part)
                    x += canvas.stringWidth(part, FONT if is_cyrillic else "Times-Roman", 10)

    assert read(renderer, tmp_path / "a.pdf", draw) == " ".join([line] * 3)


def test_a_mark_with_room_for_a_space_before_it_stays_apart(
    renderer: Renderer, tmp_path: Path
) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 10)
        canvas.drawString(60, 700, "Товар")
        right = 60 + canvas.stringWidth("Товар", FONT, 10)
        canvas.setFont("Times-Roman", 10)
        canvas.drawString(right + 1.8, 700, ":")

    assert read(renderer, tmp_path / "a.pdf", draw) == "Товар :"


def test_lone_letters_in_columns_stay_apart(renderer: Renderer, tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        draw_lines(canvas)
        canvas.setFont(FONT, 10)
        for number, letter in enumerate("ABCDEFG"):
            canvas.drawString(60 + 40 * number, 500, letter)

    assert "A B C D E F G" in read(renderer, tmp_path / "a.pdf", draw)


@pytest.mark.parametrize("gap", [1.6, 2.2])
def test_words_set_tight_without_spaces_are_parted(
    renderer: Renderer, tmp_path: Path, gap: float
) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 10)
        for number, line in enumerate(LINES):
            x = 60.0
            for word in line.split():
                canvas.drawString(x, 700 - 16 * number, word)
                x += canvas.stringWidth(word, FONT, 10) + gap

    assert read(renderer, tmp_path / "a.pdf", draw) == " ".join(LINES)


@pytest.mark.parametrize("degrees", [-8, -3, 2, 5, 9])
def test_lines_at_a_slope_are_read_one_after_the_other(
    renderer: Renderer, tmp_path: Path, degrees: int
) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(120, 60)
        canvas.rotate(degrees)
        draw_lines(canvas)

    layer = renderer.read_text_layer(pdf(tmp_path / "a.pdf", draw), PDF, 1)
    assert layer is not None
    layout = convert_to_layout(layer)

    assert " ".join(layout.text.split()) == " ".join(LINES)
    # Boxes stay where the words are on the page, not where they would be on a straight one.
    first, last = layout.blocks[0].lines[0].words[0], layout.blocks[0].lines[0].words[-1]
    rise = (first.bbox[1] + first.bbox[3]) / 2 - (last.bbox[1] + last.bbox[3]) / 2
    run = (last.bbox[0] + last.bbox[2]) / 2 - (first.bbox[0] + first.bbox[2]) / 2
    assert math.degrees(math.atan2(rise, run)) == pytest.approx(degrees, abs=1.5)


@pytest.mark.parametrize("degrees", [30, 45, 60])
def test_a_watermark_is_in_no_sentence(renderer: Renderer, tmp_path: Path, degrees: int) -> None:
    def draw(canvas: Canvas) -> None:
        draw_lines(canvas)
        canvas.saveState()
        canvas.translate(150, 600)
        canvas.rotate(degrees)
        canvas.setFillGray(0.8)
        canvas.setFont(FONT, 40)
        canvas.drawString(0, 0, "ОБРАЗЕЦ COPY")
        canvas.restoreState()

    text = read(renderer, tmp_path / "a.pdf", draw)

    assert " ".join(LINES) in text
    assert "ОБРАЗЕЦ COPY" in text


def test_a_layer_in_a_script_that_no_engine_reads_is_kept(tmp_path: Path) -> None:
    from ocr_worker.rendering import LayerWord, TextLayer

    for text in ("계약서 제출 기한은 다음 주 금요일까지 입니다", "عقد بيع بين الطرفين"):
        words = tuple(
            LayerWord(word, (20.0 + 60 * i, 20.0, 70.0 + 60 * i, 30.0), 10.0)
            for i, word in enumerate(text.split() * 4)
        )
        assert find_distrust_reason(TextLayer(2000, 800, 2000, 800, 100.0, words)) is None


def test_a_line_written_from_right_to_left_is_read_so() -> None:
    from ocr_worker.rendering import LayerWord, TextLayer

    # As they stand on the page: the first word is the rightmost.
    words = tuple(
        LayerWord(word, (300.0 - 60 * i, 20.0, 350.0 - 60 * i, 30.0), 10.0)
        for i, word in enumerate(["שלום", "לכל", "העולם"])
    )
    layout = convert_to_layout(TextLayer(400, 200, 400, 200, 72.0, words))

    assert layout.text.split() == ["שלום", "לכל", "העולם"]


def test_letters_have_their_accents(renderer: Renderer, tmp_path: Path) -> None:
    text = "Ёжик съел свой йогурт у ёлки, и café über alles"

    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 10)
        canvas.drawString(60, 700, unicodedata.normalize("NFD", text))

    assert read(renderer, tmp_path / "a.pdf", draw) == text


@pytest.mark.parametrize("accent_first", [False, True])
def test_accents_that_are_signs_of_their_own_are_put_on_their_letters(
    renderer: Renderer, tmp_path: Path, accent_first: bool
) -> None:
    def draw(canvas: Canvas) -> None:  # as TeX does
        canvas.setFont("Helvetica", 10)
        canvas.drawString(60, 700, "Le caf")
        x = 60 + canvas.stringWidth("Le caf", "Helvetica", 10)
        signs = [(x, "e"), (x + 1.1, "´")]
        for at, sign in reversed(signs) if accent_first else signs:
            canvas.drawString(at, 700, sign)
        canvas.drawString(x + canvas.stringWidth("e", "Helvetica", 10), 700, " est fermé")

    assert read(renderer, tmp_path / "a.pdf", draw) == "Le café est fermé"
