"""Of a doubtful page with faint marks, the reading without them is kept where it is better."""

from __future__ import annotations

import pytest
from PIL import Image, ImageChops, ImageFilter

from documents.errors import ReadingTimeout
from documents.messages import Message
from documents.text.page_layout import Block, Line, PageLayout, Word
from ocr_worker.clearer_reading import read_clearer
from ocr_worker.correction.faint import part_faint_marks
from ocr_worker.engines import Needs
from tests.ocr_worker.files import ENGLISH, picture
from tests.ocr_worker.pretended_engine import PretendedEngine


class Reads(PretendedEngine):
    """Reads `layout`, or runs out of time where there is none."""

    name, version, needs = "tesseract", "0", Needs()

    def __init__(self, layout: PageLayout | None) -> None:
        self.layout = layout
        self.seen: list[Image.Image] = []

    def read(self, image: Image.Image, *, dpi: float, language: str, seconds: float) -> PageLayout:
        self.seen.append(image)
        if self.layout is None:
            raise ReadingTimeout(Message("Too slow."))
        return self.layout


def layout_of(text: str, confidence: float) -> PageLayout:
    box = (0.0, 0.0, 100.0, 20.0)
    line = Line(text, box, (Word(text, box, confidence),))
    block = Block("b1", "text", box, 0, text, text, confidence, lines=(line,))
    return PageLayout(1240, 1754, 150, blocks=(block,))


@pytest.fixture
def page() -> Image.Image:
    return picture(ENGLISH * 3, width=1240, height=1754)


@pytest.fixture
def seen_through(page: Image.Image) -> Image.Image:
    """The page with its other side showing through."""
    back = page.transpose(Image.Transpose.FLIP_LEFT_RIGHT).filter(ImageFilter.GaussianBlur(1.5))
    pale = back.point([255 - (255 - value) // 2 for value in range(256)])
    return ImageChops.darker(page, ImageChops.offset(pale, 0, 25))


def test_clean_pages_have_no_faint_marks(page: Image.Image) -> None:
    assert part_faint_marks(page) is None
    assert part_faint_marks(Image.new("L", (30, 20), 255)) is None


def test_what_shows_through_is_taken_off(page: Image.Image, seen_through: Image.Image) -> None:
    parted = part_faint_marks(seen_through)

    assert parted is not None
    clear, _ = parted
    lost = ImageChops.subtract(clear, page).reduce(4).histogram()
    left = ImageChops.subtract(page, clear).reduce(4).histogram()
    assert sum(lost[128:]) == 0
    assert sum(left[64:]) < 0.002 * sum(left)


def read(image: Image.Image, confidence: float, again: PageLayout | None) -> tuple[str, int]:
    """The text of the reading kept, and how often the engine was asked again."""
    engine = Reads(again)
    first = layout_of("whole", confidence)
    kept, from_image = read_clearer(first, image, dpi=150, engine=engine, language="", seconds=60)
    assert (from_image is image) == (kept is first)
    return kept.text, len(engine.seen)


def test_the_better_reading_is_kept(seen_through: Image.Image) -> None:
    assert read(seen_through, 0.7, layout_of("cleared", 0.95)) == ("cleared", 1)
    assert read(seen_through, 0.7, layout_of("worse", 0.6)) == ("whole", 1)


def test_pale_print_is_not_lost_to_a_surer_reading(seen_through: Image.Image) -> None:
    assert read(seen_through, 0.85, layout_of("who", 0.95)) == ("whole", 1)


def test_a_second_reading_that_runs_out_of_time_costs_nothing(seen_through: Image.Image) -> None:
    assert read(seen_through, 0.7, None) == ("whole", 1)


def test_pages_read_well_and_clean_pages_are_read_once(
    page: Image.Image, seen_through: Image.Image
) -> None:
    assert read(seen_through, 0.99, layout_of("cleared", 1.0)) == ("whole", 0)
    assert read(page, 0.7, layout_of("cleared", 1.0)) == ("whole", 0)
