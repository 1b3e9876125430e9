"""Pages that a test draws, and an engine that sees in them what it is told to."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from documents.text.page_layout import Block, Line, PageLayout, Word
from ocr_worker.engines import Engine, Needs
from ocr_worker.reading import PageReading, read_page
from ocr_worker.rendering import Renderer
from tests.ocr_worker.files import (
    PDF,
    pdf,
)
from tests.ocr_worker.pretended_engine import PretendedEngine

Draw = Callable[[Canvas], None]


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
