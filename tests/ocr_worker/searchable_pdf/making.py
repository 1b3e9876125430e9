"""Small files with a black word, what was read on them, and what two PDF libraries read back."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
from PIL import Image, ImageDraw

from documents.text.page_layout import Block, Box, Line, PageLayout, Word, bounding_box
from ocr_worker.rendering import Renderer
from ocr_worker.searchable_pdf.make import write_searchable_pdf
from ocr_worker.searchable_pdf.source import REPLACE, PageText, Source

#: Of the pictures below, px; the ink is where the word is.
WIDTH, HEIGHT = 400, 600
INK: Box = (60, 80, 160, 104)


def picture(
    ink: Box = INK, size: tuple[int, int] = (WIDTH, HEIGHT), mode: str = "L"
) -> Image.Image:
    image = Image.new(mode, size, "white")
    ImageDraw.Draw(image).rectangle((ink[0], ink[1], ink[2] - 1, ink[3] - 1), fill="black")
    return image


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def layout_of(
    words: Sequence[tuple[str, Box]], *, width: int = WIDTH, height: int = HEIGHT, rotation: int = 0
) -> PageLayout:
    """One line with these words."""
    placed = tuple(Word(text, box, 0.9) for text, box in words)
    box = bounding_box(word.bbox for word in placed)
    text = " ".join(word.text for word in placed)
    line = Line(text, box, placed)
    block = Block("b0", "text", box, 0, text, text, 0.9, (line,))
    return PageLayout(width, height, 100.0, rotation, (block,))


def make_pdf(
    renderer: Renderer, path: Path, mime_type: str, layouts: Sequence[PageLayout | None],
    *, own: str = REPLACE, **facts: object,
) -> Path:  # fmt: skip
    pages = [PageText(number, layout, own) for number, layout in enumerate(layouts, start=1)]
    target = path.with_suffix(".result.pdf")
    with target.open("wb") as file:
        write_searchable_pdf(renderer, Source(path, mime_type, pages, **facts), file)  # type: ignore[arg-type]
    return target


def text_by_pdfium(path: Path) -> str:
    with pdfium.PdfDocument(path) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def text_by_poppler(path: Path) -> str:
    done = subprocess.run(
        ["pdftotext", "-raw", str(path), "-"], capture_output=True, text=True, check=True
    )
    return done.stdout


def box_of(path: Path, word: str, page: int = 0) -> tuple[Box, Image.Image]:
    """Where pdfium finds `word`, in px of the page as shown at 72 dpi, and the page."""
    with pdfium.PdfDocument(path) as document:
        shown = document[page]
        text = shown.get_textpage()
        found = text.search(word).get_next()
        assert found is not None, text.get_text_range()
        start, count = found
        corners = []
        image = shown.render(scale=1, no_smoothtext=True).to_pil().convert("L")
        for index in range(start, start + count):
            left, bottom, right, top = text.get_charbox(index, loose=True)
            for x, y in ((left, bottom), (right, top)):
                corners.append(_to_shown(shown, x, y))
        xs, ys = zip(*corners, strict=True)
        return (min(xs), min(ys), max(xs), max(ys)), image


def _to_shown(page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
    """From the page's own space to px of the page as shown, y down."""
    x0, y0, x1, y1 = page.get_cropbox()
    rotation = page.get_rotation()
    if rotation == 90:
        return (y - y0, x - x0)
    if rotation == 180:
        return (x1 - x, y - y0)
    if rotation == 270:
        return (y1 - y, x1 - x)
    return (x - x0, y1 - y)


def covered_ink(path: Path, word: str, page: int = 0) -> float:
    """The share of the page's ink that lies in the box of `word`."""
    box, image = box_of(path, word, page)
    dark = image.point(lambda value: 255 if value < 128 else 0)
    inside = dark.crop(tuple(round(value) for value in box))  # type: ignore[arg-type]
    return inside.histogram()[255] / max(dark.histogram()[255], 1)


def is_sound(path: Path) -> bool:
    """As qpdf checks it."""
    try:
        with pikepdf.open(path) as pdf:
            return not list(pdf.check_pdf_syntax())
    except pikepdf.PdfError:
        return False


def look_alike(one: Path, other: Path, page: int = 0) -> bool:
    with pdfium.PdfDocument(one) as a, pdfium.PdfDocument(other) as b:
        images = [each[page].render(scale=2).to_pil().convert("L") for each in (a, b)]
    if images[0].size != images[1].size:
        return False
    pairs = zip(images[0].tobytes(), images[1].tobytes(), strict=True)
    difference: int = sum(abs(x - y) for x, y in pairs)
    return difference / len(images[0].tobytes()) < 0.5
