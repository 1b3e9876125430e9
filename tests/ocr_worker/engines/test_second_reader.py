"""Two engines on one page: the second is the real Tesseract, the first is told what to say."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from PIL import Image

from documents.errors import EngineFailed, ReadingTimeout
from documents.text.page_layout import Block, PageLayout
from ocr_worker.engines.base import Needs
from ocr_worker.engines.second_reader import WithSecondReader
from ocr_worker.engines.tesseract import TesseractEngine
from ocr_worker.rendering.rotate import rotate_clockwise
from tests.ocr_worker.files import ENGLISH, picture
from tests.ocr_worker.pretended_engine import PretendedEngine

#: What is printed, and what the first reader makes of it.
PRINTED = " ".join(ENGLISH)


class First(PretendedEngine):
    """Says `text` in one block over the whole page, for whatever image it is given."""

    name, version, needs = "paddleocr-vl", "3.7.0 v1.6", Needs(colour=True, dpi=False)

    def __init__(self, text: str = PRINTED) -> None:
        self.text = text
        self.images: list[Image.Image] = []
        self.fault: Exception | None = None

    def read(self, image: Image.Image, *, dpi: float, language: str, seconds: float) -> PageLayout:
        self.images.append(image)
        if self.fault is not None:
            raise self.fault
        block = Block("b1", "text", (0, 0, image.width, image.height), 0, self.text, self.text)
        return PageLayout(image.width, image.height, dpi, blocks=(block,))


@pytest.fixture
def tesseract() -> TesseractEngine:
    engine = TesseractEngine("rus+eng")
    engine.load()
    return engine


@pytest.fixture
def page() -> Image.Image:
    return picture(ENGLISH, width=1240, height=1754).convert("RGB")


@pytest.fixture
def read(tesseract: TesseractEngine, page: Image.Image) -> Iterator[Callable[..., PageLayout]]:
    pairs: list[WithSecondReader] = []

    def read(first: First, image: Image.Image | None = None) -> PageLayout:
        pair = pairs[0] if pairs else WithSecondReader(first, tesseract)
        pairs[:] = [pair]
        pair._first = first
        return pair.read(image or page, dpi=150, language="en", seconds=100)

    yield read
    for pair in pairs:
        pair.close()


def test_words_get_their_places_and_confidences_from_the_second_reader(
    read: Callable[..., PageLayout], page: Image.Image
) -> None:
    layout = read(First())

    words = list(layout.words())
    assert [word.text for word in words] == PRINTED.split()
    assert (layout.confidence or 0) > 0.9
    assert layout.flags == ()
    gray = page.convert("L")
    for word in words:
        x0, y0, x1, y1 = (int(value) for value in word.bbox)
        assert gray.crop((x0, y0, x1 + 1, y1 + 1)).getextrema()[0] < 128  # type: ignore[operator]


def test_a_word_that_is_not_printed_is_disputed_with_what_is(
    read: Callable[..., PageLayout],
) -> None:
    wrong = PRINTED.split()
    right, wrong[3] = wrong[3], "imaginary"

    layout = read(First(" ".join(wrong)))

    assert "disputed" in layout.flags
    disputes = [(dispute.text, dispute.other) for dispute in layout.blocks[0].disputes]
    assert ("imaginary", right) in disputes
    assert layout.blocks[0].text == " ".join(wrong), "what was read stays"


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_the_first_engine_gets_the_page_upright(
    read: Callable[..., PageLayout], page: Image.Image, turn: int
) -> None:
    first = First()

    layout = read(first, rotate_clockwise(page, turn))

    assert layout.rotation == (360 - turn) % 360
    assert (layout.width, layout.height) == page.size
    assert first.images[-1].tobytes() == page.tobytes()
    assert (layout.confidence or 0) > 0.9


def test_where_the_second_reader_fails_only_the_confidences_are_missing(
    read: Callable[..., PageLayout], tesseract: TesseractEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any, **options: Any) -> PageLayout:
        raise EngineFailed("Tesseract failed on this page.")

    monkeypatch.setattr(tesseract, "read", fail)

    layout = read(First())

    assert layout.text == PRINTED
    assert layout.confidence is None


def test_a_failure_of_the_first_engine_is_the_pages_failure(
    read: Callable[..., PageLayout],
) -> None:
    first = First()
    first.fault = ReadingTimeout("Out of time.")

    with pytest.raises(ReadingTimeout):
        read(first)
    assert (read(First()).confidence or 0) > 0.9, "the next page is compared"


def test_lines_cut_out_of_a_page_are_left_to_the_second_reader(tesseract: TesseractEngine) -> None:
    first = First("the first reader was asked")
    pair = WithSecondReader(first, tesseract)
    part = picture(ENGLISH[:2], width=1240, height=400)

    seen = pair.read_part(part, dpi=200, language="", seconds=60, upright=False)
    pair.close()

    assert "supplier shall deliver" in seen.text
    assert first.images == []


def test_both_read_at_the_same_time(
    read: Callable[..., PageLayout], tesseract: TesseractEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    met = threading.Barrier(2, timeout=60)
    genuine = tesseract.read

    class Meeting(First):
        def read(self, image: Image.Image, **options: Any) -> PageLayout:
            met.wait()
            return super().read(image, **options)

    def meeting(*arguments: Any, **options: Any) -> PageLayout:
        met.wait()
        return genuine(*arguments, **options)

    monkeypatch.setattr(tesseract, "read", meeting)

    assert read(Meeting()).text == PRINTED


def test_pages_in_flight_are_checked_at_the_same_time(
    tesseract: TesseractEngine, page: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    met = threading.Barrier(3, timeout=30)
    genuine = TesseractEngine.read

    def meeting(self: TesseractEngine, image: Image.Image, **options: Any) -> PageLayout:
        met.wait()
        return genuine(self, image, **options)

    class Many(First):
        needs = Needs(colour=True, dpi=False, pages_in_flight=3)

    monkeypatch.setattr(TesseractEngine, "read", meeting)
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    pair = WithSecondReader(Many(), tesseract)
    pair.load()

    with ThreadPoolExecutor(3) as threads:
        readings = list(
            threads.map(lambda _: pair.read(page, dpi=150, language="en", seconds=100), range(3))
        )

    pair.close()
    assert [reading.text for reading in readings] == [PRINTED] * 3
    assert min(reading.confidence or 0 for reading in readings) > 0.9


def test_the_version_names_both(tesseract: TesseractEngine) -> None:
    assert WithSecondReader(First(), tesseract).version == (
        f"3.7.0 v1.6 + tesseract {tesseract.version}"
    )
