"""Which words of the second reader stand in which region of the first. Pure.

A region is a block with text and the empty ones that follow it in reading order: PaddleOCR-VL puts
the text of a paragraph that goes on in another column into the first block and leaves the following
empty. Pictures, formulas and what else the second reader can't read claim their words too: those
are noise.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field

from documents.review.flag_rules import RUNNING_LABELS
from documents.text.page_layout import Block, Box, PageLayout, Word

from .word_keys import make_key

#: Labels whose content is no plain text; Tesseract's reading of it is noise.
NOT_COMPARED = frozenset(
    ["image", "chart", "figure", "seal", "header_image", "footer_image", "vertical_text",
     "display_formula", "inline_formula", "formula"]
)  # fmt: skip

#: A word belongs to a block when its middle is in it, or this much of its height outside.
_MARGIN = 0.3

#: A word outside of all blocks may still be what the nearest says at its edge, within so many times
#: its height.
_NEAR = 1.5

#: Pairs of a word and a block that are looked at; beyond, a page is not compared.
_MOST_PAIRS = 4_000_000


@dataclass(frozen=True)
class SeenWord:
    """A word of the second reader: its number on the page, and that of its line."""

    word: Word
    number: int
    line: int

    @property
    def key(self) -> str:
        return make_key(self.word.text)

    @property
    def confidence(self) -> float:
        return self.word.confidence or 0.0


@dataclass
class Region:
    """A block of the first reading, the empty ones after it, and what the second saw there.

    `seen[n]`: the words in the n-th of `blocks`, in the second reader's order. `near`: words just
    outside, which belong here only if the block says them.
    """

    blocks: list[Block]
    seen: list[list[SeenWord]] = field(default_factory=list)
    near: list[SeenWord] = field(default_factory=list)

    @property
    def block(self) -> Block:
        return self.blocks[0]

    @property
    def is_compared(self) -> bool:
        return self.block.label not in NOT_COMPARED


@dataclass(frozen=True)
class Regions:
    """The regions in reading order; `outside`: words that stand in none of them."""

    regions: list[Region]
    outside: list[SeenWord]


def assign_to_regions(first: PageLayout, second: PageLayout) -> Regions | None:
    """The words of `second` in the blocks of `first`; None for a page with too many of both."""
    regions = _runs(first.blocks_in_order())
    seen = number_words(second)
    boxes = [
        (block.bbox, region, number)
        for region in regions
        for number, block in enumerate(region.blocks)
    ]
    if len(boxes) * len(seen) > _MOST_PAIRS:
        return None
    for region in regions:
        region.seen = [[] for _ in region.blocks]
    outside = []
    for word in seen:
        x, y = middle(word.word.bbox)
        margin = _MARGIN * _height(word.word.bbox)
        holding = [
            place
            for place in boxes
            if place[0][0] - margin <= x <= place[0][2] + margin
            and place[0][1] - margin <= y <= place[0][3] + margin
        ]
        if holding:
            _, region, number = min(holding, key=lambda place: _area(place[0]))
            region.seen[number].append(word)
            continue
        outside.append(word)
        nearest = min(boxes, key=lambda place: distance(place[0], x, y), default=None)
        if nearest and distance(nearest[0], x, y) <= _NEAR * _height(word.word.bbox):
            nearest[1].near.append(word)
    return Regions(regions, outside)


def number_words(layout: PageLayout) -> list[SeenWord]:
    """The words of `layout` in reading order, with their lines."""
    lines = [line for block in layout.blocks_in_order() for line in block.lines]
    pairs = [(word, number) for number, line in enumerate(lines) for word in line.words]
    return [SeenWord(word, number, line) for number, (word, line) in enumerate(pairs)]


def sort_by_rows(seen: Iterable[SeenWord]) -> list[SeenWord]:
    """The words row by row, from the left: the order of a table, where columns were read apart."""
    ordered = sorted(seen, key=lambda each: middle(each.word.bbox)[1])
    if not ordered:
        return []
    pitch = statistics.median(_height(each.word.bbox) for each in ordered) / 2
    rows: list[list[SeenWord]] = []
    at = float("-inf")
    for each in ordered:
        y = middle(each.word.bbox)[1]
        if y - at > pitch:
            rows.append([])
            at = y
        rows[-1].append(each)
    return [each for row in rows for each in sorted(row, key=lambda each: each.word.bbox[0])]


def middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def distance(box: Box, x: float, y: float) -> float:
    """From a point to the nearest of `box`, px."""
    dx = max(box[0] - x, 0.0, x - box[2])
    dy = max(box[1] - y, 0.0, y - box[3])
    return float((dx * dx + dy * dy) ** 0.5)


def _runs(blocks: Iterable[Block]) -> list[Region]:
    regions: list[Region] = []
    heads: dict[str, Region] = {}
    running: Region | None = None
    for block in blocks:
        if block.continues in heads:
            heads[block.continues].blocks.append(block)
            continue
        empty = not block.text.strip() and not block.html
        if (
            empty
            and running is not None
            and block.label in RUNNING_LABELS
            and block.order is not None
        ):
            running.blocks.append(block)
            continue
        regions.append(Region([block]))
        heads[block.id] = regions[-1]
        if block.order is not None:
            running = regions[-1] if block.label in RUNNING_LABELS and not empty else None
    return regions


def _height(box: Box) -> float:
    return box[3] - box[1]


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
