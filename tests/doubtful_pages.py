"""Pages that are in doubt, drawn and planted: as Tesseract would have read them, with words of
little certainty, disputes and mixed scripts, and an image on which these words stand."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from documents.actions.count_doubts import count_doubts
from documents.exports.page_images import store_page_image, store_thumbnail
from documents.models import Document, Team
from documents.text.page_layout import Block, Dispute, Line, PageLayout, Word, bounding_box
from tests.factories import make_document

WIDTH, HEIGHT = 1240, 1754
_LEFT, _TOP, _STEP = 120, 140, 54
_FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf",
)

#: Lines of a letter; `{1}`: a word in dispute, `{2}`: one read with little certainty, `{3}`: one of
#: mixed scripts.
LETTER = (
    "Акционерное общество «Северный порт»",
    "Письмо № {1} от 14 марта 2024 года",
    "В ответ на Ваше обращение сообщаем, что поставка",
    "оборудования по договору будет выполнена в срок.",
    "Ответственный за приёмку: {2} Николай Петрович,",
    "телефон указан в приложении к настоящему письму.",
    "",
    "Настоящий {3} вступает в силу с даты подписания",
    "обеими сторонами и действует до конца года.",
    "Просим подтвердить получение этого письма.",
)


@lru_cache
def _font(size: int = 30) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for path in _FONTS:
        try:
            return ImageFont.truetype(path, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def draw_page(lines: Sequence[str]) -> tuple[list[list[tuple[str, Any]]], bytes]:
    """The words of each line with their boxes, and the image of the page (WebP)."""
    sheet = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(sheet)
    font = _font()
    space = pen.textlength(" ", font=font)
    placed = []
    for number, line in enumerate(lines):
        x, y = float(_LEFT), float(_TOP + number * _STEP)
        words = []
        for word in line.split():
            pen.text((x, y), word, fill="#222", font=font)
            box = tuple(float(value) for value in pen.textbbox((x, y), word, font=font))
            words.append((word, box))
            x += pen.textlength(word, font=font) + space
        placed.append(words)
    image = io.BytesIO()
    sheet.save(image, "WEBP", quality=70)
    return placed, image.getvalue()


def doubtful_letter(number: int) -> tuple[PageLayout, bytes]:
    """A page with three doubts, in its order: a dispute, an uncertain word, mixed scripts. What the
    page shows is what was read; the second reading of the dispute is `9<number>`."""
    real = (f"1{number}", "Кузнецов", "договор")
    read = (f"1{number}", "Кузнецов", "договоp")  # the last letter is Latin
    lines = [line.format("", *real) for line in LETTER]
    placed, image = draw_page(lines)
    blocks: list[Block] = []
    run: list[Line] = []

    def close() -> None:
        if run:
            text = "\n".join(line.text for line in run)
            box = bounding_box(line.bbox for line in run)
            blocks.append(
                Block(f"b{len(blocks)}", "text", box, len(blocks), text, text, 0.9, tuple(run))
            )
            run.clear()

    for words in placed:
        if not words:
            close()
            continue
        found = tuple(
            Word(read[real.index(text)] if text in real else text, box, _certainty(text, real))
            for text, box in words
        )
        run.append(
            Line(" ".join(w.text for w in found), bounding_box(w.bbox for w in found), found)
        )
    close()
    box = next(word.bbox for word in blocks[0].words() if word.text == read[0])
    dispute = Dispute(box, read[0], f"9{number}")
    blocks[0] = replace(blocks[0], disputes=(dispute,))
    layout = PageLayout(
        WIDTH, HEIGHT, 150.0, blocks=tuple(blocks), flags=("disputed", "lookalikes")
    )
    return layout, image


def _certainty(word: str, real: Sequence[str]) -> float:
    return 0.41 if word == real[1] else 0.96


def plant_doubtful(
    team: Team, number: int, *, pages: int = 1, title: str = "", **fields: Any
) -> Document:
    """A document of doubtful letters, ready to be reviewed, with its images."""
    drawn = [doubtful_letter(number * 100 + page) for page in range(pages)]
    document = make_document(
        team,
        pages=[layout for layout, _ in drawn],
        title=title or f"Письмо {number}",
        **{"flags": ["disputed", "lookalikes"], "confidence": 0.9 + number / 10_000, **fields},
    )
    store_thumbnail(document.id, drawn[0][1])
    for page, (layout, image) in zip(document.pages.order_by("number"), drawn, strict=True):
        store_page_image(document.id, page.number, 0, image)
        count_doubts(page, layout)
        page.save()
    return document
