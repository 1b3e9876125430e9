"""Pages with known text, beside Tesseract's reading of them and a model's that is made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from documents.text.page_layout import PageLayout
from ocr_worker.engines import create_engine
from ocr_worker.engines.base import Engine
from ocr_worker.quality import InkDetector, make_ink_detector
from ocr_worker.rendering import Renderer
from ocr_worker.rendering.rotate import rotate_clockwise
from ocr_worker.text_layer import extract
from tests.benchmarks.planting import Page, from_layer, from_truth
from tests.benchmarks.truths import DRAWN, SAMPLES, Truth, documents, truths

#: Pages of one PDF that are drawn beside its truths, at most.
_FURTHER = 8

_MIME_TYPES = {"tif": "image/tiff", "jpg": "image/jpeg"}


@dataclass(frozen=True)
class Case:
    """A true page: Tesseract's reading, the model's without errors, where its image has ink."""

    truth: Truth
    second: PageLayout
    page: Page
    ink: InkDetector


def cases() -> Iterator[Case]:
    engine = create_engine("tesseract", "rus+eng")
    engine.load()
    with Renderer() as renderer:
        for truth in truths():
            suffix = truth.image.suffix[1:].lower()
            mime_type = _MIME_TYPES.get(suffix, f"image/{suffix}")
            drawn = renderer.render_page(truth.image, mime_type, 1)
            second = engine.read(drawn.image, dpi=drawn.dpi, language="", seconds=180)
            if truth.pdf is not None:
                layer = renderer.read_text_layer(truth.pdf[0], "application/pdf", truth.pdf[1])
                assert layer is not None
                page = from_layer(extract.convert_to_layout(layer), second.width, second.height)
            else:
                page = from_truth(truth.text, second)
            image = rotate_clockwise(drawn.image, second.rotation)
            yield Case(truth, second, page, make_ink_detector(image))
    engine.close()


def further_cases() -> Iterator[Case]:
    """Other pages of the born-digital PDFs: their text is that of their text layer."""
    taken = {truth.pdf for truth in truths()}
    engine = create_engine("tesseract", "rus+eng")
    engine.load()
    with Renderer() as renderer:
        for document in documents():
            if document["kind"] == "born-digital":
                pdf = SAMPLES / document["file"]
                free = [n for n in range(1, document["pages"] + 1) if (pdf, n) not in taken]
                for number in free[:: max(1, len(free) // _FURTHER)][:_FURTHER]:
                    truth = Truth(pdf, (pdf, number), DRAWN, "", 0)
                    yield from _read_drawn(renderer, engine, truth)
    engine.close()


def _read_drawn(renderer: Renderer, engine: Engine, truth: Truth) -> Iterator[Case]:
    assert truth.pdf is not None
    pdf, number = truth.pdf
    layer = renderer.read_text_layer(pdf, "application/pdf", number)
    if layer is None or len(layer.words) < 20 or extract.find_distrust_reason(layer):
        return
    drawn = renderer.render_page(pdf, "application/pdf", number)
    image = drawn.image.convert("L")
    second = engine.read(image, dpi=drawn.dpi, language="", seconds=180)
    if not second.rotation:
        page = from_layer(extract.convert_to_layout(layer), second.width, second.height)
        yield Case(truth, second, page, make_ink_detector(image))
