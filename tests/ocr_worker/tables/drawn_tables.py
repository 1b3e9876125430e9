"""Ruled tables drawn by code, whose cells are known."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

_FONTS = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "DejaVuSans.ttf"

_WORDS = {
    "ru": "договор поставка оборудование срок сумма Москва количество цена итого работа услуга "
    "материал кабель насос труба задвижка проверка бюджет расходы доходы прогноз область "
    "район завод наименование показатель",
    "en": "supplier delivery contract price amount total buyer goods week order pump valve cable "
    "pipe report budget income forecast region plant name check date material service quantity",
}

#: What may be drawn: rules of several kinds, merged and turned cells, a dark head, no rules at the
#: sides.
STYLES = ("plain", "thick", "hair", "gray", "double", "dotted", "band", "merged", "turned", "open")


@dataclass(frozen=True)
class DrawnTable:
    """A page (gray, A4) with a table and a line of text above and below; `rows`: its cells' texts,
    "" where a cell spans from the left."""

    image: Image.Image
    dpi: int
    rows: list[list[str]]
    above: str
    below: str


@lru_cache
def find_font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for path in _FONTS:
        try:
            return ImageFont.truetype(path, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def draw_table(
    style: str = "plain",
    *,
    seed: int = 1,
    dpi: int = 200,
    points: float = 10,
    language: str = "en",
    rows: int = 12,
    columns: int = 5,
    degrees: float = 0.0,
) -> DrawnTable:
    """A table of `columns` columns, numbers in the first and the last two; turned by `degrees`."""
    random_ = random.Random(seed)  # nosec B311
    words = _WORDS[language].split()
    px = dpi / 72
    image = Image.new("L", (round(595 * px), round(842 * px)), 255)
    draw = ImageDraw.Draw(image)
    font = find_font(round(points * px))
    left, right, top = round(40 * px), round(555 * px), round(70 * px)
    shares = [0.5, *(random_.uniform(0.9, 1.8) for _ in range(columns - 1))]
    xs = [left]
    for share in shares:
        xs.append(xs[-1] + round((right - left) * share / sum(shares)))
    pad, line = round(3 * px), round(1.25 * points * px)
    cells = [_row(random_, words, row, columns) for row in range(rows)]
    ys = [top]
    wrapped = []
    for row in cells:
        found = [
            _wrap(draw, font, text, xs[at + 1] - xs[at] - 3 * pad) for at, text in enumerate(row)
        ]
        wrapped.append(found)
        turned = style == "turned" and len(wrapped) == 1
        ys.append(ys[-1] + (round(90 * px) if turned else max(map(len, found)) * line + 2 * pad))
    if style == "merged":
        for index in range(2, rows, 4):
            text = " ".join(random_.sample(words, 3))
            wrapped[index] = [wrapped[index][0], [text], *([] for _ in range(columns - 2))]
    if style == "band":
        draw.rectangle((xs[0], ys[0], xs[-1], ys[1]), fill=60)
    for number_of_row, found in enumerate(wrapped):
        for column, lines in enumerate(found):
            x, y = xs[column] + 2 * pad, ys[number_of_row] + pad
            if style == "turned" and number_of_row == 0 and column:
                found[column] = [" ".join(lines)]
                strip = Image.new("L", (ys[1] - ys[0] - 2 * pad, line + 4), 255)
                ImageDraw.Draw(strip).text((0, 0), found[column][0], fill=0, font=font)
                image.paste(strip.rotate(90, expand=True), (x, y))
                continue
            for number, text in enumerate(lines):
                fill = 255 if style == "band" and number_of_row == 0 else 0
                draw.text((x, y + number * line), text, fill=fill, font=font)
    _draw_rules(draw, style, xs, ys, px, [len(set(map(bool, found))) > 1 for found in wrapped])
    above, below = (" ".join(random_.sample(words, 5)) for _ in range(2))
    draw.text((left, top - 2 * line), above, fill=0, font=font)
    draw.text((left, ys[-1] + line), below, fill=0, font=font)
    if degrees:
        image = image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)
    texts = [[" ".join(lines) for lines in found] for found in wrapped]
    return DrawnTable(image, dpi, texts, above, below)


def _row(random_: random.Random, words: list[str], row: int, columns: int) -> list[str]:
    middle = [" ".join(random_.sample(words, random_.randint(1, 3))) for _ in range(columns - 3)]
    if row == 0:
        return ["No", *middle, *random_.sample(words, 2)]
    amounts = [str(random_.randint(1, 9)), f"{random_.randint(10, 999)},{random_.randint(10, 99)}"]
    return [str(row), *middle, *amounts]


def _wrap(
    draw: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    text: str,
    width: int,
) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and draw.textlength(longer, font=font) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _draw_rules(
    draw: ImageDraw.ImageDraw,
    style: str,
    xs: list[int],
    ys: list[int],
    px: float,
    merged: list[bool],
) -> None:
    thickness = max(1, round({"thick": 2.0, "hair": 0.25, "double": 0.35}.get(style, 0.7) * px))
    fill = 170 if style == "gray" else 0
    dash = max(3, round(1.5 * px))

    def rule(x0: int, y0: int, x1: int, y1: int) -> None:
        if style == "dotted":
            for at in range(0, max(x1 - x0, y1 - y0), 2 * dash):
                end = at + dash - 1
                part = (
                    (x0 + at, y0, min(x0 + end, x1), y0)
                    if y0 == y1
                    else (x0, y0 + at, x0, y0 + end)
                )
                draw.line(part, fill=fill, width=thickness)
            return
        draw.line((x0, y0, x1, y1), fill=fill, width=thickness)
        if style == "double":
            gap = round(1.6 * px)
            dx, dy = (0, gap) if y0 == y1 else (gap, 0)
            draw.line((x0 + dx, y0 + dy, x1 + dx, y1 + dy), fill=fill, width=thickness)

    for y in ys:
        rule(xs[0], y, xs[-1], y)
    for column, x in enumerate(xs):
        if style == "open" and column in (0, len(xs) - 1):
            continue
        for row in range(len(ys) - 1):
            if not (merged[row] and 1 < column < len(xs) - 1):
                rule(x, ys[row], x, ys[row + 1])
