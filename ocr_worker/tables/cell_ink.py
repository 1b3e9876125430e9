"""What is printed in the cells of a table, and how much of it words cover. Pure, by Pillow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from documents.text.page_layout import Box, Word
from ocr_worker.rendering.rules import Rule, Rules

from .grid import Grid

#: Ink differs from the paper of its cell by this much (of 255).
_CONTRAST = 60

#: px at 200 dpi: what is cut off a cell at each side, the least height of a letter, px of ink.
_MARGIN, _LOWEST, _LEAST_INK = 4.0, 7.0, 24.0

#: px at 200 dpi by which a word's ink may stick out of its box.
_AROUND = 2.0

#: Ink that is so much wider than high is a line to write on.
_LINE = 12.0


@dataclass(frozen=True)
class CellInk:
    """`covered`: the share (0 to 1) of the cell's ink that words cover; None for an empty cell.
    `box`: around the ink that none covers, px of the page; None where there is none of letters'
    size. `light`: light letters on a dark cell. `share`: of the cell's px that are ink."""

    covered: float | None
    box: Box | None
    light: bool
    share: float = 0.0


def erase_rules(gray: Image.Image, rules: Rules) -> Image.Image:
    """`gray` (mode "L", the page) without its rules, as a new image."""
    clean = gray.copy()
    draw = ImageDraw.Draw(clean)

    def paint(rule: Rule, points: tuple[float, float, float, float]) -> None:
        draw.line(points, fill=255, width=round(rule.thickness + 3 * rules.unit))

    for rule in rules.across:
        paint(rule, (rule.start, rule.at, rule.end, rule.place(rule.end)))
    for rule in rules.down:
        paint(rule, (rule.at, rule.start, rule.place(rule.end), rule.end))
    return clean


def measure_cells(clean: Image.Image, grid: Grid, words: Sequence[Sequence[Word]]) -> list[CellInk]:
    """The ink of each cell; `clean`: the page without rules; `words`: those of each cell."""
    return [
        measure_ink(clean, cell_box(grid, index, clean), (word.bbox for word in group), grid.unit)
        for index, group in enumerate(words)
    ]


def cell_box(grid: Grid, index: int, page: Image.Image) -> tuple[int, int, int, int]:
    """What is inside a cell's rules, px of the page."""
    margin = _MARGIN * grid.unit
    x0, y0, x1, y1 = grid.cells[index].box
    inner = (x0 + margin, y0 + margin, x1 - margin, y1 - margin)
    left, top = grid.place_on_page(inner[0], (inner[1] + inner[3]) / 2)
    right, _ = grid.place_on_page(inner[2], (inner[1] + inner[3]) / 2)
    _, top = grid.place_on_page((inner[0] + inner[2]) / 2, inner[1])
    _, bottom = grid.place_on_page((inner[0] + inner[2]) / 2, inner[3])
    return (
        max(round(left), 0),
        max(round(top), 0),
        min(round(right), page.width),
        min(round(bottom), page.height),
    )


def measure_ink(
    clean: Image.Image, box: tuple[int, int, int, int], covers: Iterable[Box], unit: float
) -> CellInk:
    """The ink in `box` of `clean`, and how much of it lies in `covers`."""
    x0, y0, x1, y1 = box
    if x1 - x0 < 3 or y1 - y0 < 3:
        return CellInk(None, None, False)
    crop = clean.crop(box)
    histogram = crop.histogram()
    paper = max(range(256), key=lambda tone: sum(histogram[max(tone - 4, 0) : tone + 5]))
    ink = crop.point([255 if abs(tone - paper) >= _CONTRAST else 0 for tone in range(256)])
    total = ink.histogram()[255]
    light = paper < 128
    if total < _LEAST_INK * unit**2:
        return CellInk(None, None, light)
    share = total / (ink.width * ink.height)
    draw = ImageDraw.Draw(ink)
    around = _AROUND * unit
    for a, b, c, d in covers:
        draw.rectangle((a - x0 - around, b - y0 - around, c - x0 + around, d - y0 + around), fill=0)
    left = ink.histogram()[255]
    bounds = ink.getbbox()
    if bounds is None or left < _LEAST_INK * unit**2 or not _is_print(bounds, unit):
        return CellInk(1.0, None, light, share)
    where = (bounds[0] + x0, bounds[1] + y0, bounds[2] + x0, bounds[3] + y0)
    box_left = tuple(map(float, where))
    return CellInk(1 - left / total, box_left, light, share)  # type: ignore[arg-type]


def _is_print(bounds: tuple[int, int, int, int], unit: float) -> bool:
    width, height = bounds[2] - bounds[0], bounds[3] - bounds[1]
    if height >= 3 * _LOWEST * unit:
        return True
    return height >= _LOWEST * unit and width < _LINE * height
