"""Small files of every kind, made by code: what the tests of the worker use."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

PDF = "application/pdf"

RUSSIAN = [
    "Договор поставки оборудования для нужд предприятия",
    "Поставщик обязуется передать товар в срок не позднее",
    "тридцати дней с даты подписания настоящего договора",
    "Покупатель оплачивает товар в течение десяти дней",
    "Стороны несут ответственность за нарушение условий",
    "Все споры решаются в порядке, установленном законом",
    "Договор вступает в силу со дня его подписания",
]

ENGLISH = [
    "The supplier shall deliver the goods within thirty days",
    "of the signing of this contract and at its own expense.",
    "The buyer shall pay for the goods within ten days after",
    "they have been delivered to the address that was agreed.",
    "All disputes are to be settled as the law provides.",
]

_FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
)


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font knows no Cyrillic; the pictures are in English."""
    return ImageFont.load_default(size)


def picture(lines: list[str], *, width: int = 1240, height: int = 1754) -> Image.Image:
    """A gray page (A5 at 200 dpi or so) with `lines` of print."""
    page = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(page)
    for index, line in enumerate(lines):
        draw.text((100, 150 + 60 * index), line, fill=0, font=font(34))
    return page


def saved(page: Image.Image, path: Path, **options: Any) -> Path:
    page.save(path, **options)
    return path


def pdf(
    path: Path, draw: Callable[[Canvas], None], *, size: tuple[float, float] = (595, 842)
) -> Path:
    """A PDF whose pages `draw` paints (it calls `showPage` between them)."""
    canvas = Canvas(str(path), pagesize=size)
    draw(canvas)
    canvas.save()
    return path


def turned(path: Path, turn: int) -> Path:
    """The PDF at `path`, its pages shown turned clockwise by `turn` degrees."""
    with pikepdf.open(path, allow_overwriting_input=True) as file:
        for page in file.pages:
            page.Rotate = turn
        file.save(path)
    return path


def write(
    canvas: Canvas, lines: list[str], *, x: float = 60, y: float = 760, size: float = 12
) -> None:
    for index, line in enumerate(lines):
        canvas.setFont(cyrillic_font() if any(ch > "\u0400" for ch in line) else "Helvetica", size)
        canvas.drawString(x, y - 1.5 * size * index, line)


def find_font() -> str:
    """The file of a font with Cyrillic; "" where the machine has none."""
    return next((name for name in _FONTS if Path(name).is_file()), "")


def cyrillic_font() -> str:
    """A font with Cyrillic; Helvetica (whose letters are then lost) where the machine has none."""
    found = find_font()
    if not found:
        return "Helvetica"
    if "Sans" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("Sans", found))
    return "Sans"


def put(canvas: Canvas, page: Image.Image) -> None:
    """The picture over the whole A4 page."""
    from reportlab.lib.utils import ImageReader

    buffer = io.BytesIO()
    page.save(buffer, "PNG")
    buffer.seek(0)
    canvas.drawImage(ImageReader(buffer), 0, 0, 595, 842)
