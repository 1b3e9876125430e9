"""Assign the words of the second reader to the regions of the first reading. Pure.

A region is a block with text and the empty blocks that follow it in reading order: PaddleOCR-VL
puts the text of a paragraph that continues in another column into the first block and leaves the
others empty. Pictures, formulas and other content that the second reader can't read get its words
too: those are noise.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field

from documents.review.flag_rules import RUNNING_LABELS
from documents.text.page_layout import Block, Box, PageLayout, Word

from .word_keys import make_key

#: Labels whose content is not plain text: Tesseract's reading of it is noise.
NOT_COMPARED = frozenset(
    ["image", "chart", "figure", "seal", "header_image", "footer_image", "vertical_text",
     "display_formula", "inline_formula", "formula"]
)  # fmt: skip

#: A word belongs to a block that contains its centre, or is at most this share of its height away.
_MARGIN = 0.3

#: A word outside all blocks may still be text of the nearest block, within this many times its
#: height.
_NEAR = 1.5

#: Pairs of a word and a block that are checked at most; a page with more is not compared.
_MOST_PAIRS = 4_000_000


@dataclass(frozen=True)
class SeenWord:
    """A word of the second reading, its number on the page, and the number of its line."""

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
    """A block of the first reading, the empty ones after it, and the words seen there.

    `seen[n]`: the words in the n-th of `blocks`, in the second reader's order. `near`: words just
    outside, which belong here only if the block has them.
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
    """The regions in reading order; `outside`: words that are in none of them."""

    regions: list[Region]
    outside: list[SeenWord]


def assign_to_regions(first: PageLayout, second: PageLayout) -> Regions | None:
    """Assign the words of `second` to blocks of `first`; None where there are too many of both."""
    regions = _group_blocks(first.blocks_in_order())
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
        x, y = center(word.word.bbox)
        # The print of a word that stands upright is as high as its box is wide.
        margin = _MARGIN * min(_height(word.word.bbox), _width(word.word.bbox))
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
        nearest = min(boxes, key=lambda place: distance_to_box(place[0], x, y), default=None)
        if nearest and distance_to_box(nearest[0], x, y) <= _NEAR * _height(word.word.bbox):
            nearest[1].near.append(word)
    return Regions(regions, outside)


def number_words(layout: PageLayout) -> list[SeenWord]:
    """The words of `layout` in reading order, with their lines."""
    lines = [line for block in layout.blocks_in_order() for line in block.lines]
    pairs = [(word, number) for number, line in enumerate(lines) for word in line.words]
    return [SeenWord(word, number, line) for number, (word, line) in enumerate(pairs)]


def sort_by_rows(seen: Iterable[SeenWord]) -> list[SeenWord]:
    """The words row by row from the left: the order of a table that was read by columns."""
    ordered = sorted(seen, key=lambda each: center(each.word.bbox)[1])
    if not ordered:
        return []
    pitch = statistics.median(_height(each.word.bbox) for each in ordered) / 2
    rows: list[list[SeenWord]] = []
    at = float("-inf")
    for each in ordered:
        y = center(each.word.bbox)[1]
        if y - at > pitch:
            rows.append([])
            at = y
        rows[-1].append(each)
    return [each for row in rows for each in sorted(row, key=lambda each: each.word.bbox[0])]


def center(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def distance_to_box(box: Box, x: float, y: float) -> float:
    """Distance of a point from `box`, px; 0 inside."""
    dx = max(box[0] - x, 0.0, x - box[2])
    dy = max(box[1] - y, 0.0, y - box[3])
    return float((dx * dx + dy * dy) ** 0.5)


def _group_blocks(blocks: Iterable[Block]) -> list[Region]:
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


def _width(box: Box) -> float:
    return box[2] - box[0]


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
