"""One page read, from the file to the layout."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from documents.errors import EngineUnavailable, ReadingError, ReadingTimeout
from documents.text.page_layout import Block, Line, PageLayout, Word
from ocr_worker.engines import Engine, Needs, create_engine
from ocr_worker.reading import read_page
from ocr_worker.rendering import Limits, Renderer
from tests.ocr_worker.files import ENGLISH, PDF, pdf, picture, put, saved, write
from tests.ocr_worker.pretended_engine import PretendedEngine


class Silent(PretendedEngine):
    """An engine that must not be asked."""

    name, version, needs = "tesseract", "0", Needs()

    def read(self, image: Image.Image, *, dpi: float, language: str, seconds: float) -> PageLayout:
        raise AssertionError("OCR was asked for")


def words(text: str) -> set[str]:
    return {word.strip(".,").lower() for word in text.split()}


def expected() -> set[str]:
    return words(" ".join(ENGLISH))


@pytest.fixture
def born_digital(tmp_path: Path) -> Path:
    return pdf(tmp_path / "digital.pdf", lambda canvas: write(canvas, ENGLISH))


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    return pdf(tmp_path / "scan.pdf", lambda canvas: put(canvas, picture(ENGLISH)))


def test_a_born_digital_page_is_read_without_ocr_or_pixels(
    renderer: Renderer, born_digital: Path
) -> None:
    reading = read_page(renderer, Silent(), born_digital, PDF, 1)
    assert reading.engine == "text-layer"
    assert reading.page_image is None
    assert words(reading.layout.text) == expected()
    image = renderer.render_page_image(born_digital, PDF, 1, rotation=reading.layout.rotation)
    assert (reading.layout.width, reading.layout.height) == (image.width, image.height)


def test_pages_of_a_scan_that_people_open_first_get_their_picture(
    renderer: Renderer, tmp_path: Path
) -> None:
    class Reads(PretendedEngine):
        name, version, needs = "tesseract", "1", Needs()

        def __init__(self, confidence: float) -> None:
            self._confidence = confidence

        def read(self, image: Image.Image, **_: object) -> PageLayout:
            words = tuple(
                Word(
                    word,
                    (100 + 90 * n, 150 + 60 * row, 180 + 90 * n, 190 + 60 * row),
                    self._confidence,
                )
                for row, line in enumerate(ENGLISH)
                for n, word in enumerate(line.split())
            )
            whole = Line(" ".join(word.text for word in words), (100, 150, 1240, 430), words)
            block = Block("b1", "text", whole.bbox, 0, whole.text, whole.text, lines=(whole,))
            return PageLayout(image.width, image.height, 200.0, blocks=(block,))

    def two_pages(canvas: Canvas) -> None:
        put(canvas, picture(ENGLISH))
        canvas.showPage()
        put(canvas, picture(ENGLISH))

    path = pdf(tmp_path / "two.pdf", two_pages)
    first = read_page(renderer, Reads(1.0), path, PDF, 1)
    second = read_page(renderer, Reads(1.0), path, PDF, 2)
    doubtful = read_page(renderer, Reads(0.2), path, PDF, 2)
    assert first.page_image is not None
    assert (second.page_image, second.layout.flags) == (None, ())
    assert doubtful.page_image is not None
    assert doubtful.layout.flags
    image = renderer.render_page_image(path, PDF, 2, rotation=0)
    assert (second.layout.width, second.layout.height) == (image.width, image.height)


def test_always_means_ocr_of_a_born_digital_page_too(
    renderer: Renderer, engine: Engine, born_digital: Path
) -> None:
    reading = read_page(renderer, engine, born_digital, PDF, 1, ocr="always")
    assert reading.engine == "tesseract"
    assert len(words(reading.layout.text) & expected()) > 0.9 * len(expected())


def test_a_page_whose_file_states_a_false_resolution_is_read(
    renderer: Renderer, engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "page.png"
    picture(ENGLISH).save(path, dpi=(1800, 1800))  # as if the sheet were an inch wide

    reading = read_page(renderer, engine, path, "image/png", 1)

    assert len(words(reading.layout.text) & expected()) > 0.9 * len(expected())


def test_never_means_no_text_for_a_scan(renderer: Renderer, scan: Path) -> None:
    reading = read_page(renderer, Silent(), scan, PDF, 1, ocr="never")
    assert reading.layout.text == ""
    assert reading.layout.height == 2000


def test_never_means_no_text_for_a_picture(renderer: Renderer, tmp_path: Path) -> None:
    path = saved(picture(ENGLISH), tmp_path / "page.png")
    reading = read_page(renderer, None, path, "image/png", 1, ocr="never")
    assert reading.layout.blocks == ()
    assert reading.page_image is not None


def test_a_blank_page_is_done_without_ocr(renderer: Renderer, tmp_path: Path) -> None:
    path = saved(Image.new("L", (1240, 1754), 250), tmp_path / "blank.png")
    reading = read_page(renderer, Silent(), path, "image/png", 1)
    assert reading.layout.blocks == ()
    assert reading.page_image is not None


def test_a_scan_without_an_engine_says_what_is_missing(renderer: Renderer, scan: Path) -> None:
    with pytest.raises(EngineUnavailable) as caught:
        read_page(renderer, None, scan, PDF, 1)
    assert caught.value.page == 1


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_is_read_upright_however_it_lies(
    renderer: Renderer, engine: Engine, tmp_path: Path, turn: int
) -> None:
    page = picture(ENGLISH * 2).rotate(-turn, expand=True)
    path = saved(page, tmp_path / "page.png", dpi=(200, 200))
    reading = read_page(renderer, engine, path, "image/png", 1)
    layout = reading.layout
    assert layout.rotation == (360 - turn) % 360
    assert len(words(layout.text) & expected()) > 0.9 * len(expected())
    assert (layout.width, layout.height) == (1240, 1754)
    shown = renderer.render_page_image(path, "image/png", 1, rotation=layout.rotation)
    assert (shown.width, shown.height) == (1240, 1754)


def test_boxes_fit_the_page_image_and_its_words(
    renderer: Renderer, engine: Engine, tmp_path: Path
) -> None:
    page = picture(ENGLISH, width=2480, height=3508)
    path = saved(page, tmp_path / "page.png", dpi=(300, 300))
    layout = read_page(renderer, engine, path, "image/png", 1).layout
    assert layout.height == 2000
    scale = 3508 / 2000
    for word in layout.words():
        x0, y0, x1, y1 = (value * scale for value in word.bbox)
        assert page.crop((int(x0), int(y0), int(x1) + 1, int(y1) + 1)).getextrema()[0] < 100  # type: ignore[operator]
        assert word.confidence is not None
        assert 0 <= word.confidence <= 1


def test_a_page_that_takes_too_long_may_be_tried_again(
    renderer: Renderer, engine: Engine, tmp_path: Path
) -> None:
    path = saved(picture(ENGLISH * 5), tmp_path / "page.png", dpi=(200, 200))
    with pytest.raises(ReadingTimeout) as caught:
        read_page(renderer, engine, path, "image/png", 1, seconds=0.05)
    assert not caught.value.permanent
    assert caught.value.page == 1
    assert read_page(renderer, engine, path, "image/png", 1).layout.text


def test_missing_language_data_names_the_package() -> None:
    with pytest.raises(EngineUnavailable, match="tesseract-ocr-xyz"):
        create_engine("tesseract", "xyz").load()


MIME_TYPES = {
    ".pdf": PDF,
    ".fuzz": PDF,
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".heif": "image/heic",
}


def end_of(renderer: Renderer, path: Path) -> str:
    """`read`, or the code of what went wrong; any other error is the test's."""
    mime_type = MIME_TYPES[path.suffix]
    try:
        for number in range(1, min(renderer.count_pages(path, mime_type), 2) + 1):
            # `never` opens, draws and reads all that `auto` does; Tesseract sees pixels only.
            read_page(renderer, None, path, mime_type, number, ocr="never")
            renderer.render_page(path, mime_type, number)
    except ReadingError as error:
        return error.code if error.detail else "no reason given"
    return "read"


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_hostile_file_is_read_or_fails_with_a_reason(shared: Path) -> None:
    files = [p for p in sorted((shared / "hostile").rglob("*")) if p.suffix in MIME_TYPES]
    assert len(files) > 100
    with Renderer(Limits(cpu_seconds=5)) as renderer:
        ends = {path.name: end_of(renderer, path) for path in files}
    assert "no reason given" not in ends.values()
    assert ends["form_xobject_4pow12.pdf"] in ("limit-exceeded", "timeout")
    assert ends["20K-gray.png"] == "page-too-large"
    assert ends["password-is-test.pdf"] == "password-needed"
    assert ends["truncated_99pct.pdf"] == "read"


def test_of_a_cut_picture_what_is_left_is_read_and_flagged(
    renderer: Renderer, engine: Engine, tmp_path: Path
) -> None:
    path = saved(picture(ENGLISH), tmp_path / "page.jpg")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 9 // 10])

    reading = read_page(renderer, engine, path, "image/jpeg", 1)

    assert "damaged" in reading.layout.flags
    assert words(ENGLISH[0]) <= words(reading.layout.text)


def test_white_print_on_a_transparent_ground_is_read(
    renderer: Renderer, engine: Engine, tmp_path: Path
) -> None:
    ink = picture(ENGLISH).point(lambda value: 255 - value)
    white = Image.new("L", ink.size, 255)
    path = saved(Image.merge("LA", (white, ink)), tmp_path / "page.png")

    reading = read_page(renderer, engine, path, "image/png", 1)

    assert len(words(reading.layout.text) & expected()) > 0.9 * len(expected())
    assert "damaged" not in reading.layout.flags
