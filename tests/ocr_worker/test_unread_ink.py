"""What a page shows is read, or flagged: pictures of text, overlooked lines, smeared print."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageFilter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from documents.errors import EngineFailed, ReadingTimeout
from documents.text.page_layout import PageLayout
from ocr_worker.engines import Engine, Needs
from ocr_worker.reading import read_page
from ocr_worker.rendering import Renderer
from tests.ocr_worker.drawn_pages import Sees, put_at, read_drawn
from tests.ocr_worker.files import (
    ENGLISH,
    PDF,
    pdf,
    picture,
    saved,
    turned,
    write,
)
from tests.ocr_worker.pretended_engine import PretendedEngine


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


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_picture_of_text_is_read_on_a_page_that_lies_on_its_side(
    renderer: Renderer, engine: Engine, tmp_path: Path, turn: int
) -> None:
    lines = ["Waybill 7714 of the depot", "Gravel, coarse: 12 tonnes"]

    def draw(canvas: Canvas) -> None:
        write(canvas, ENGLISH)
        put_at(canvas, picture(lines, width=800, height=350), 60, 350, 400)

    path = turned(pdf(tmp_path / "sideways.pdf", draw), turn)
    reading = read_page(renderer, engine, path, PDF, 1)

    assert reading.engine == "text-layer"
    assert all(line in " ".join(reading.layout.text.split()) for line in lines)


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


class Overlooks(PretendedEngine):
    """Reads as `genuine`, but overlooks in the whole page, its first picture, the rows of pixels
    `rows`; reads nothing in a part of it unless `reads_parts`."""

    name, version, needs = "tesseract", "0", Needs()

    def __init__(self, genuine: Engine, rows: tuple[int, int], *, reads_parts: bool = True) -> None:
        self.genuine, self.rows, self.reads_parts = genuine, rows, reads_parts
        self.asked = 0

    def read(self, image: Image.Image, *, dpi: float, language: str, seconds: float) -> PageLayout:
        self.asked += 1
        if self.asked == 1:
            image = image.copy()
            image.paste(255, (0, self.rows[0], image.width, self.rows[1]))
        elif not self.reads_parts:
            return PageLayout(*image.size, dpi)
        return self.genuine.read(image, dpi=dpi, language=language, seconds=seconds)


def test_lines_that_a_recognition_left_out_are_read_by_themselves(
    renderer: Renderer, engine: Engine, tmp_path: Path
) -> None:
    page = picture(ENGLISH)
    path = saved(page, tmp_path / "page.png")
    overlooking = Overlooks(engine, (330, page.height))
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
    path = saved(picture((5 * ENGLISH)[:22]), tmp_path / "page.png")
    losing = Overlooks(engine, (440, 440 + 3 * 60), reads_parts=reads_parts)
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
