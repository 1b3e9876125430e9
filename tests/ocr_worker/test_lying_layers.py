"""A text layer that says something else than the page shows is not believed; a true one is."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from ocr_worker.engines import Engine
from ocr_worker.reading import read_page
from ocr_worker.rendering import Renderer
from tests.ocr_worker.drawn_pages import Draw, Sees, read_drawn
from tests.ocr_worker.files import (
    ENGLISH,
    PDF,
    RUSSIAN,
    cyrillic_font,
    pdf,
    write,
)


def make_lie(
    path: Path, lines: list[str], say: Callable[[str], str], truth: Draw | None = None
) -> Path:
    """A page that shows `lines` and whose font says `say(letter)` for each; `truth`: what else is
    drawn, in other fonts."""

    def draw(canvas: Canvas) -> None:
        if truth is not None:
            truth(canvas)
        canvas.setFont(cyrillic_font(), 15)
        for index, line in enumerate(lines):
            canvas.drawString(60, 760 - 26 * index, line)

    pdf(path, draw)
    with pikepdf.open(path, allow_overwriting_input=True) as file:
        for font in file.pages[0].Resources.Font.values():
            if "/ToUnicode" in font:  # reportlab writes it for TrueType only
                table = font.ToUnicode.read_bytes().decode("ascii")
                # reportlab lists the letters of a subset as <41> <0041>
                body = re.sub(
                    r"(<\w\w>) <(\w{4})>",
                    lambda pair: (
                        f"{pair[1]} <{say(chr(int(pair[2], 16))).encode('utf-16-be').hex()}>"
                    ),
                    table,
                )
                assert body != table
                font.ToUnicode = file.make_stream(body.encode("ascii"))
        file.save(path)
    return path


def _shift(places: int) -> Callable[[str], str]:
    return lambda ch: chr(ord(ch) + places) if ch.isalpha() else ch


def _recode(wrong: str, right: str) -> Callable[[str], str]:
    return lambda ch: ch.encode(right).decode(wrong, "replace")[0] if ch.isalpha() else ch


def _shuffle(ch: str) -> str:
    keys, values = "abcdefghijklmnopqrstuvwxyz", "qmzxkvbwjfygphnlsdtrcuaoei"
    return dict(zip(keys, values, strict=True)).get(ch, ch)


@pytest.mark.parametrize(
    ("lines", "say"),
    [
        (ENGLISH, _shift(2)),
        (RUSSIAN, _shift(-3)),
        (ENGLISH, _shuffle),
        (RUSSIAN, _recode("koi8-r", "cp1251")),
        (RUSSIAN, _recode("cp866", "cp1251")),
        (ENGLISH, lambda ch: "\u25a0" if ch.isalpha() else ch),
        (RUSSIAN, lambda ch: "#%&*+=/<>"[ord(ch) % 9] if ch.isalpha() else ch),
        (["Pass for the yard"], _shift(3)),
        (RUSSIAN, _shift(0xCC80)),
        (RUSSIAN, lambda ch: chr(0xAC00 + 37 * ord(ch) % 11_000) if ch.isalpha() else ch),
    ],
)
def test_a_layer_that_says_something_else_than_the_page_is_not_believed(
    renderer: Renderer,
    engine: Engine,
    tmp_path: Path,
    lines: list[str],
    say: Callable[[str], str],
) -> None:
    path = make_lie(tmp_path / "lie.pdf", lines, say)

    reading = read_page(renderer, engine, path, PDF, 1)

    seen = set(re.findall(r"\w{4,}", reading.layout.text))
    shown = set(re.findall(r"\w{4,}", " ".join(lines)))
    assert reading.engine == "tesseract"
    assert len(seen & shown) >= 0.8 * len(shown)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_lie_that_runs_along_the_page_or_upside_down_is_not_believed(
    renderer: Renderer, engine: Engine, tmp_path: Path, turn: int
) -> None:
    path = make_lie(tmp_path / "lie.pdf", ENGLISH, _shift(2))
    with pikepdf.open(path, allow_overwriting_input=True) as file:
        file.pages[0].Rotate = turn
        file.save(path)

    reading = read_page(renderer, engine, path, PDF, 1)

    assert reading.engine == "tesseract"


def test_a_lie_on_a_part_of_the_page_costs_that_part_only(
    renderer: Renderer, engine: Engine, tmp_path: Path
) -> None:
    said = [f"Clause {number}: {line}" for number in range(1, 5) for line in ENGLISH]
    shown = ["Ведомость отгрузки товара", "со склада покупателя"]

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for index, line in enumerate(said):
            canvas.drawString(60, 600 - 18 * index, line)

    path = make_lie(tmp_path / "part.pdf", shown, _shift(-3), truth=draw)

    reading = read_page(renderer, engine, path, PDF, 1)

    text = " ".join(reading.layout.text.split())
    assert reading.engine == "text-layer"
    assert all(line in text for line in said)
    assert set(" ".join(shown).split()) <= set(text.split())


def test_letters_beyond_the_first_plane_have_a_meaning(renderer: Renderer, tmp_path: Path) -> None:
    path = make_lie(
        tmp_path / "italic.pdf",
        ["abc xyz"],
        lambda ch: chr(0x1D44E + ord(ch) - ord("a")) if ch.isalpha() else ch,
        truth=lambda canvas: write(canvas, ENGLISH),
    )

    reading = read_page(renderer, Sees(), path, PDF, 1)

    assert reading.engine == "text-layer"
    assert "\U0001d44e\U0001d44f\U0001d450" in reading.layout.text


def test_bullets_of_a_symbol_font_are_no_lost_letters(renderer: Renderer, tmp_path: Path) -> None:
    path = make_lie(
        tmp_path / "list.pdf",
        ["x tin", "x zinc", "x iron"],
        lambda ch: "\uf0b7" if ch == "x" else ch,
        truth=lambda canvas: write(canvas, ENGLISH[:1]),
    )

    reading = read_page(renderer, Sees(), path, PDF, 1)

    assert reading.engine == "text-layer"
    assert "• tin\n• zinc\n• iron" in reading.layout.text


def state(path: Path, texts: dict[int, str]) -> Path:
    """The page at `path` with texts stated (/ActualText) for what it draws, by their number."""
    with pikepdf.open(path, allow_overwriting_input=True) as file:
        page = file.pages[0]
        parts = re.split(rb"(\([^)]*\) Tj)", page.Contents.read_bytes())
        for number, text in texts.items():
            stated = f"/Span <</ActualText ({text})>> BDC ".encode()
            parts[2 * number + 1] = stated + parts[2 * number + 1] + b" EMC"
        page.Contents = file.make_stream(b"".join(parts))
        file.save(path)
    return path


@pytest.mark.parametrize("lines", [[1], list(range(len(ENGLISH)))])
def test_text_that_the_file_states_beside_other_glyphs_is_not_believed(
    renderer: Renderer, engine: Engine, tmp_path: Path, lines: list[int]
) -> None:
    path = pdf(tmp_path / "stated.pdf", lambda canvas: write(canvas, ENGLISH))
    lie = "Nobody owes anything to anybody, and all the money is returned"
    reading = read_page(renderer, engine, state(path, dict.fromkeys(lines, lie)), PDF, 1)

    assert " ".join(reading.layout.text.split()) == " ".join(ENGLISH)


def test_text_that_the_file_states_as_it_is_drawn_is_believed(
    renderer: Renderer, engine: Engine, tmp_path: Path
) -> None:
    path = pdf(tmp_path / "stated.pdf", lambda canvas: write(canvas, ENGLISH))
    reading = read_page(renderer, engine, state(path, dict(enumerate(ENGLISH))), PDF, 1)

    assert reading.engine == "text-layer"
    assert reading.layout.text.split() == " ".join(ENGLISH).split()
    assert reading.layout.flags == ()


@pytest.mark.parametrize(
    "lines",
    [
        ["GRB-4471/Q 12x40 mm", "ZKT-9902/W 16x55 mm", "HHP-1180/R 20x70 mm", "QWX-7731 8 kPa"],
        ["48.20 17.35 902.11 (3,4)", "16.09 44.02 118.77 (5,6)", "73.51 20.66 459.80 (7,8)"],
        ["Wojciech Szczygielski", "Krzysztof Brzeczyszczykiewicz", "Zbigniew Wrzeszcz"],
        ["Room 4"],
        ["Шифр ГКЛВ-12", "ЩЖБ-7/3 ТУ 5745", "ВВГнг 3х2,5"],
    ],
)
def test_a_true_layer_of_codes_figures_and_names_is_believed(
    renderer: Renderer, engine: Engine, tmp_path: Path, lines: list[str]
) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(cyrillic_font(), 13)
        for index, line in enumerate(lines):
            canvas.drawString(60, 760 - 24 * index, line)

    reading = read_drawn(renderer, engine, tmp_path / "true.pdf", draw)

    assert reading.engine == "text-layer"
    assert reading.layout.text.split() == " ".join(lines).split()
