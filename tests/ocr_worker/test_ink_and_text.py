"""What a page shows is what its reading says: hidden words, unread ink, layers that lie."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageFilter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from documents.errors import EngineFailed, ReadingTimeout
from documents.text.page_layout import Block, Line, PageLayout, Word
from ocr_worker.engines import Engine, Needs
from ocr_worker.reading import PageReading, read_page
from ocr_worker.rendering import Renderer
from tests.ocr_worker.files import (
    ENGLISH,
    PDF,
    RUSSIAN,
    cyrillic_font,
    pdf,
    picture,
    put,
    saved,
    write,
)
from tests.ocr_worker.pretended_engine import PretendedEngine

Draw = Callable[[Canvas], None]

SECRET = "confidential salary ledger"


class Sees(PretendedEngine):
    """An engine that sees `texts`, one a call, each as one word in the middle of the picture."""

    name, version, needs = "tesseract", "0", Needs()

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.asked = 0

    def read(self, image: Image.Image, *, dpi: float, language: str, seconds: float) -> PageLayout:
        text = self.texts[self.asked] if self.asked < len(self.texts) else ""
        self.asked += 1
        width, height = image.size
        if not text:
            return PageLayout(width, height, dpi)
        box = (0.05 * width, 0.05 * height, 0.95 * width, 0.95 * height)
        line = Line(text, box, (Word(text, box, 0.95),))
        return PageLayout(
            width, height, dpi, blocks=(Block("b1", "text", box, 0, text, text, 0.95, (line,)),)
        )


def read_drawn(
    renderer: Renderer, engine: Engine, path: Path, draw: Draw, ocr: str = "auto"
) -> PageReading:
    return read_page(renderer, engine, pdf(path, draw), PDF, 1, ocr=ocr)


def put_at(canvas: Canvas, image: Image.Image, x: float, y: float, width: float) -> None:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    buffer.seek(0)
    canvas.drawImage(ImageReader(buffer), x, y, width, width * image.height / image.width)


def draw_white(canvas: Canvas) -> None:
    canvas.setFillGray(1)
    canvas.setFont("Helvetica", 13)
    canvas.drawString(80, 400, SECRET)


def draw_minute(canvas: Canvas) -> None:
    canvas.setFont("Times-Roman", 0.7)
    canvas.drawString(80, 400, SECRET)


def draw_clipped(canvas: Canvas) -> None:
    path = canvas.beginPath()
    path.rect(300, 100, 50, 50)
    canvas.clipPath(path, stroke=0)
    canvas.setFont("Courier", 11)
    canvas.drawString(80, 400, SECRET)


def draw_under_form(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 12)
    canvas.drawString(80, 400, SECRET)
    canvas.beginForm("mask")
    canvas.setFillGray(0)
    canvas.rect(70, 392, 300, 24, stroke=0, fill=1)
    canvas.endForm()
    canvas.doForm("mask")


def draw_under_picture(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 12)
    canvas.drawString(80, 400, SECRET)
    put_at(canvas, Image.new("L", (300, 24), 30), 70, 392, 300)


def draw_without_ink(canvas: Canvas) -> None:
    text = canvas.beginText(80, 400)
    text.setTextRenderMode(3)
    text.textOut(SECRET)
    canvas.drawText(text)


@pytest.mark.parametrize(
    "hide",
    [
        draw_white,
        draw_minute,
        draw_clipped,
        draw_under_form,
        draw_under_picture,
        draw_without_ink,
    ],
)
def test_words_that_nobody_sees_are_left_out_and_reported(
    renderer: Renderer, tmp_path: Path, hide: Draw
) -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, ENGLISH)
        hide(canvas)

    reading = read_drawn(renderer, Sees(), tmp_path / "hidden.pdf", draw)

    assert "supplier shall deliver" in reading.layout.text
    assert "salary" not in reading.layout.text
    assert reading.layout.flags == ("hidden_text",)


def test_a_layer_that_is_switched_off_is_not_read(renderer: Renderer, tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, ENGLISH)
        canvas.setFont("Helvetica", 12)
        canvas._code.append("/OC /Off BDC")
        canvas.drawString(80, 400, SECRET)
        canvas._code.append("EMC")

    path = pdf(tmp_path / "layers.pdf", draw)
    with pikepdf.open(path, allow_overwriting_input=True) as file:
        group = file.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="draft"))
        file.Root.OCProperties = pikepdf.Dictionary(
            OCGs=[group], D=pikepdf.Dictionary(OFF=[group], Order=[group])
        )
        file.pages[0].Resources.Properties = pikepdf.Dictionary(Off=group)
        file.save(path)

    reading = read_page(renderer, Sees(), path, PDF, 1)

    assert "salary" not in reading.layout.text
    assert "hidden_text" in reading.layout.flags


def draw_on_dark(canvas: Canvas) -> None:
    canvas.setFillGray(0.15)
    canvas.rect(60, 380, 400, 60, stroke=0, fill=1)
    canvas.setFillGray(1)
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(80, 400, SECRET)


def draw_pale(canvas: Canvas) -> None:
    canvas.setFillGray(0.8)
    canvas.setFont("Helvetica", 9)
    canvas.drawString(80, 400, SECRET)


def draw_small(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 4)
    canvas.drawString(80, 400, SECRET)


def draw_colours_of_one_brightness(canvas: Canvas) -> None:
    canvas.setFillColorRGB(0.0, 0.51, 0.0)
    canvas.rect(60, 380, 400, 60, stroke=0, fill=1)
    canvas.setFillColorRGB(1.0, 0.0, 0.0)
    canvas.setFont("Helvetica", 14)
    canvas.drawString(80, 400, SECRET)


@pytest.mark.parametrize(
    "show", [draw_on_dark, draw_pale, draw_small, draw_colours_of_one_brightness]
)
def test_words_that_are_seen_are_read_without_a_flag(
    renderer: Renderer, tmp_path: Path, show: Draw
) -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, ENGLISH)
        show(canvas)

    reading = read_drawn(renderer, Sees(), tmp_path / "seen.pdf", draw)

    assert SECRET in reading.layout.text
    assert reading.layout.flags == ()


@pytest.mark.parametrize("width", [240, 470])
def test_a_picture_of_text_is_read_between_the_lines_of_the_layer(
    renderer: Renderer, engine: Engine, tmp_path: Path, width: float
) -> None:
    lines = ["Waybill 7714 of the depot", "Gravel, coarse: 12 tonnes"]

    def draw(canvas: Canvas) -> None:
        write(canvas, ENGLISH)
        put_at(canvas, picture(lines, width=800, height=350), 60, 350, width)
        canvas.setFont("Helvetica", 12)
        canvas.drawString(60, 200, "Signed in the presence of both parties.")

    reading = read_drawn(renderer, engine, tmp_path / "beside.pdf", draw)

    text = " ".join(reading.layout.text.split())
    assert reading.engine == "text-layer"
    assert text.index("expense.") < text.index("7714 of the depot") < text.index("Signed in")
    assert "12 tonnes" in text
    assert text.count("The supplier shall deliver") == 1
    assert "empty_region" not in reading.layout.flags
    assert len({block.id for block in reading.layout.blocks}) == len(reading.layout.blocks)


def test_ink_that_no_engine_can_read_is_flagged_and_lowers_the_confidence(
    renderer: Renderer, tmp_path: Path
) -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, ENGLISH)
        put_at(canvas, picture(ENGLISH, width=900, height=500), 60, 200, 400)

    engine = Sees()
    reading = read_drawn(renderer, engine, tmp_path / "lost.pdf", draw)

    assert engine.asked == 1
    assert "empty_region" in reading.layout.flags
    assert reading.layout.confidence is not None and reading.layout.confidence < 0.8
    assert any(not block.text for block in reading.layout.blocks)


@pytest.mark.parametrize("fault", [ReadingTimeout("too slow"), EngineFailed("out of memory")])
def test_where_the_engine_fails_on_a_part_the_rest_of_the_page_is_kept(
    renderer: Renderer, tmp_path: Path, fault: Exception
) -> None:
    class Fails(Sees):
        def read_part(self, image: Image.Image, **options: object) -> PageLayout:
            raise fault

    def draw(canvas: Canvas) -> None:
        write(canvas, ENGLISH)
        put_at(canvas, picture(ENGLISH, width=900, height=500), 60, 200, 400)

    reading = read_drawn(renderer, Fails(), tmp_path / "fails.pdf", draw)

    assert "supplier shall deliver" in reading.layout.text
    assert "empty_region" in reading.layout.flags


def test_without_ocr_unread_ink_is_flagged(renderer: Renderer, tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, ENGLISH)
        put_at(canvas, picture(ENGLISH, width=900, height=500), 60, 200, 400)

    engine = Sees("never")
    reading = read_drawn(renderer, engine, tmp_path / "never.pdf", draw, ocr="never")

    assert engine.asked == 0
    assert "empty_region" in reading.layout.flags


def test_lines_that_a_recognition_left_out_are_read_by_themselves(
    renderer: Renderer, engine: Engine, tmp_path: Path
) -> None:
    class LeavesOut(PretendedEngine):
        """Overlooks on the whole page what stands in its lower part."""

        name, version, needs = "tesseract", "0", Needs()
        asked = 0

        def read(
            self, image: Image.Image, *, dpi: float, language: str, seconds: float
        ) -> PageLayout:
            self.asked += 1
            if self.asked == 1:
                image = image.copy()
                image.paste(255, (0, 330, *image.size))
            return engine.read(image, dpi=dpi, language=language, seconds=seconds)

    path = saved(picture(ENGLISH), tmp_path / "page.png")
    overlooking = LeavesOut()
    reading = read_page(renderer, overlooking, path, "image/png", 1)

    text = " ".join(reading.layout.text.split())
    assert overlooking.asked > 1
    assert text.index("supplier shall") < text.index("delivered to the address")
    assert reading.layout.flags == ()


@pytest.mark.parametrize("reads_parts", [True, False])
def test_a_lost_paragraph_of_a_full_page_is_read_or_flagged(
    renderer: Renderer, engine: Engine, tmp_path: Path, reads_parts: bool
) -> None:
    """Of 22 lines three are overlooked, though what was read is read with confidence."""

    class LosesParagraph(PretendedEngine):
        name, version, needs = "tesseract", "0", Needs()
        asked = 0

        def read(
            self, image: Image.Image, *, dpi: float, language: str, seconds: float
        ) -> PageLayout:
            self.asked += 1
            if self.asked == 1:
                image = image.copy()
                image.paste(255, (0, 440, image.width, 440 + 3 * 60))
            elif not reads_parts:
                return PageLayout(*image.size, dpi)
            return engine.read(image, dpi=dpi, language=language, seconds=seconds)

    path = saved(picture((5 * ENGLISH)[:22]), tmp_path / "page.png")
    losing = LosesParagraph()
    layout = read_page(renderer, losing, path, "image/png", 1).layout

    assert losing.asked == 2
    if reads_parts:
        assert layout.flags == ()
        assert layout.text.count("settled as the law provides") == 4
    else:
        assert "empty_region" in layout.flags


def test_a_page_of_print_that_nobody_can_read_is_flagged(
    renderer: Renderer, tmp_path: Path
) -> None:
    """Moved while it was scanned: no line of it can be told from a shadow."""
    page = picture(5 * ENGLISH)
    smeared = page.resize((page.width // 16, page.height)).resize(page.size)
    path = saved(smeared.filter(ImageFilter.GaussianBlur(6)), tmp_path / "page.png")
    engine = Sees()
    layout = read_page(renderer, engine, path, "image/png", 1).layout
    assert engine.asked
    assert (layout.text, layout.flags) == ("", ("empty_region",))


def test_drawings_are_not_taken_for_text(renderer: Renderer, tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, ENGLISH)
        for index in range(12):  # a table, a chart of bars, hatching
            canvas.line(60, 300 + 12 * index, 300, 300 + 12 * index)
            canvas.rect(320 + 18 * index, 300, 12, 20 + 9 * index, stroke=1, fill=1)
            canvas.line(60 + 10 * index, 120, 120 + 10 * index, 180)
        canvas.circle(420, 180, 60)

    engine = Sees()
    reading = read_drawn(renderer, engine, tmp_path / "drawing.pdf", draw)

    assert engine.asked == 0
    assert reading.layout.flags == ()


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


def test_the_mark_of_a_program_is_no_hidden_text(renderer: Renderer, tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, ENGLISH)
        text = canvas.beginText(3, 3)
        text.setFont("Helvetica", 1)
        text.setTextRenderMode(3)
        text.textOut("Powered by TCPDF (www.tcpdf.org)")
        canvas.drawText(text)

    reading = read_drawn(renderer, Sees(), tmp_path / "mark.pdf", draw)

    assert "TCPDF" not in reading.layout.text
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


@pytest.mark.parametrize("size", [(70, 99), (120, 170), (241, 156)])
def test_a_scan_on_a_page_stated_too_small_is_read(
    renderer: Renderer, engine: Engine, tmp_path: Path, size: tuple[int, int]
) -> None:
    width, height = size
    page = picture(ENGLISH, width=1240, height=round(1240 * height / width))
    buffer = io.BytesIO()
    page.save(buffer, "PNG")
    buffer.seek(0)
    path = tmp_path / "small.pdf"
    canvas = Canvas(str(path), pagesize=size)
    canvas.drawImage(ImageReader(buffer), 0, 0, width, height)
    canvas.save()

    reading = read_page(renderer, engine, path, PDF, 1)

    assert "within thirty days" in " ".join(reading.layout.text.split())
    image = renderer.render_page_image(path, PDF, 1, rotation=0)
    assert (image.width, image.height) == (reading.layout.width, reading.layout.height)


def test_the_invisible_layer_of_a_scan_is_read_once(renderer: Renderer, tmp_path: Path) -> None:
    lines = ENGLISH * 3

    def draw(canvas: Canvas) -> None:
        put(canvas, picture(lines))
        text = canvas.beginText()
        text.setTextRenderMode(3)
        text.setFont("Helvetica", 16)
        for index, line in enumerate(lines):
            text.setTextOrigin(48, 842 - (150 + 60 * index + 28) * 0.48)
            text.textOut(line)
        canvas.drawText(text)

    reading = read_drawn(renderer, Sees(), tmp_path / "scan.pdf", draw)

    assert reading.engine == "text-layer"
    assert reading.layout.text.count("The supplier shall deliver") == 3
    assert reading.layout.flags == ()
