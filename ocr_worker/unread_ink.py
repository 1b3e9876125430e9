"""Read what looks like text on a page and was not read: the parts without words, by themselves.

The parts are cut out of the page, everything else on the sheet is made white, and an engine reads
it: pictures beside a text layer, text drawn as curves, stamps, and what a first recognition of the
whole page left out. What still can't be read becomes an empty block, which is flagged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog
from PIL import Image, ImageDraw

from documents.errors import EngineFailed, ReadingTimeout
from documents.text.other_lines import make_line, replace_lines
from documents.text.page_layout import Block, Box, PageLayout, bounding_box, mean_confidence
from ocr_worker.quality import calibrate_layout
from ocr_worker.rendering import UnreadLine, ink
from ocr_worker.rendering.rotate import rotate_box, rotate_clockwise

from .engines.base import Engine
from .engines.plug_ins import reader_of_parts
from .engines.word_lists import is_known_word
from .place_blocks import insert_blocks, overlap_share

log = structlog.get_logger(__name__)

#: The longer side, px, to which a page image is reduced before its ink is looked at: 100 dpi.
_CHECK_SIDE = 1170

#: Share of a page's text-like ink without words from which it is read again, and the letters from
#: which a line of it is.
_MUCH_UNREAD = 0.2
_LEAST_LETTERS = 5

#: So many lines under each other without words, with so many letters in all, are a lost paragraph,
#: however small its share of the page is.
_PARAGRAPH_LINES, _PARAGRAPH_LETTERS = 2, 40

#: Lines with a lower confidence are noise: what an engine sees in a drawing.
_BELIEVABLE = 0.5

#: A word that lies in a known word by this share is that word.
_SAME_PLACE = 0.4

#: A line of ink is read where words cover this share of its width.
_READ = 0.4

#: What stays unread is reported from this many letters in one line, on the page, and from this
#: share of the page's text: less is a logo.
_WORTH_A_FLAG = 8
_WORTH_IN_ALL = 12
_WORTH_SHARE = 0.02


@dataclass(frozen=True)
class Sheet:
    """A page drawn for OCR, and its resolution."""

    image: Image.Image
    dpi: float


def read_unread(
    layout: PageLayout,
    lines: Sequence[UnreadLine],
    *,
    draw: Callable[[], Sheet],
    engine: Engine | None,
    language: str,
    seconds: float,
) -> PageLayout:
    """`layout` with the words of `lines` (boxes in px of the layout) where `engine` can read them.

    `draw`: draws the page, upright as the layout is, at any size. `engine`: None to read nothing.
    `seconds`: limit by the clock. Where lines stay unread, the layout has an empty block there and
    its `unread` share. Raises EngineUnavailable.
    """
    if not lines:
        return layout
    found: list[Block] = []
    if engine is not None:
        deadline = time.monotonic() + seconds
        sheet = draw()
        for across in (False, True):
            some = [line for line in lines if line.across is across]
            if some:
                remaining = max(deadline - time.monotonic(), 0.0)
                found += _read_parts(engine, sheet, layout, some, language, remaining)
    words = [box for block in found for box in _word_boxes(block)]
    left = [
        line
        for line in lines
        if line.letters >= _WORTH_A_FLAG and _covered_length(line, words) < _READ
    ]
    read = sum(len(word.text) for word in layout.words()) + sum(len(b.text) for b in found)
    unread = sum(line.letters for line in left)
    if unread < max(_WORTH_IN_ALL, _WORTH_SHARE * (read + unread)):
        left, unread = [], 0
    empty = [
        Block(id="", label="text", bbox=part, order=None, text="")
        for part in _group([line.bbox for line in left])
    ]
    if not found and not empty:
        return layout
    merged = insert_blocks(layout, found)
    return replace(
        merged,
        blocks=(
            *merged.blocks,
            *(replace(block, id=f"e{index + 1}") for index, block in enumerate(empty)),
        ),
        unread=round(unread / (read + unread), 3) if unread else 0.0,
    )


def find_unread_lines(layout: PageLayout, upright: Image.Image) -> list[UnreadLine]:
    """The lines of `upright` (the image that was read, px of the layout) that have no words.

    Where they are few beside those that have, only those that are a paragraph together: the others
    are dust, shadows, drawings. Over 60 pages the share was 0.28 to 0.98 where text had been lost,
    and at most 0.15 elsewhere; of 272 paragraphs taken out of readings of bad scans all are found.
    """
    gray = upright if upright.mode == "L" else upright.convert("L")
    factor = max(1, round(max(gray.size) / _CHECK_SIDE))
    edges = ink.find_edges(gray.reduce(factor) if factor > 1 else gray)
    boxes = [box for block in layout.blocks for box in _explained_boxes(block)]
    lines = ink.find_lines(edges, [_scale(box, 1 / factor) for box in boxes])
    unread = sum(line.letters for line in lines)
    if unread < _WORTH_A_FLAG:
        return []
    lines = [line for line in lines if line.letters >= _LEAST_LETTERS]
    paragraphs = _select_paragraphs(lines)
    if len(paragraphs) < len(lines):
        every = sum(line.letters for line in ink.find_lines(edges))
        if unread <= _MUCH_UNREAD * max(every, 1):
            lines = paragraphs
    return [UnreadLine(_scale(line.bbox, factor), line.letters) for line in lines]


def _select_paragraphs(lines: Sequence[ink.InkLine]) -> list[ink.InkLine]:
    """The lines that stand under each other and have many letters together."""
    chosen: list[ink.InkLine] = []
    for part in _group([line.bbox for line in lines]):
        inside = [line for line in lines if overlap_share(line.bbox, part) > 0.99]
        letters = sum(line.letters for line in inside)
        if len(inside) >= _PARAGRAPH_LINES and letters >= _PARAGRAPH_LETTERS:
            chosen += inside
    return chosen


def _explained_boxes(block: Block) -> list[Box]:
    """What a block accounts for: its words, or all of it where it has none (a picture)."""
    return [word.bbox for word in block.words()] or [block.bbox]


def _read_parts(
    engine: Engine,
    sheet: Sheet,
    layout: PageLayout,
    lines: Sequence[UnreadLine],
    language: str,
    seconds: float,
) -> list[Block]:
    """The blocks that the engine reads at `lines`, which stand all along the page's text or all
    across it; boxes in px of the layout."""
    scale = sheet.image.width / layout.width
    turn = 90 if lines[0].across else 0
    parts = [_scale(box, scale) for box in _group([line.bbox for line in lines])]
    known = [word.bbox for word in layout.words()]
    part, origin = _cut_out(sheet.image, parts, [_scale(box, scale) for box in known])
    try:
        reading = engine.read_part(
            rotate_clockwise(part.convert("L"), turn),
            dpi=sheet.dpi,
            language=language,
            seconds=seconds,
            upright=False,
        )
    except (ReadingTimeout, EngineFailed) as error:
        # What has been read is worth more than another attempt: these lines are flagged.
        log.warning("unread_lines_failed", code=error.code, reason=error.detail)
        return []
    blocks = []
    for block in reading.blocks_in_order():
        moved = _move(block, reading, turn, origin, 1 / scale)
        kept = _keep_believable(moved, known)
        if kept is not None:
            blocks.append(kept)
    read = replace(layout, blocks=tuple(blocks), flags=())
    return list(calibrate_layout(read, reader_of_parts(engine.name), is_known_word).blocks)


def _cut_out(
    image: Image.Image, parts: Sequence[Box], known: Sequence[Box]
) -> tuple[Image.Image, tuple[int, int]]:
    """The parts of `image` on white, without the words at `known`, and where the cut begins."""
    x0, y0, x1, y1 = bounding_box(parts)
    margin = 20
    left, top = max(round(x0) - margin, 0), max(round(y0) - margin, 0)
    right, bottom = min(round(x1) + margin, image.width), min(round(y1) + margin, image.height)
    cut = Image.new(image.mode, (max(right - left, 1), max(bottom - top, 1)), "white")
    for part in parts:
        inner = (
            max(round(part[0]), 0),
            max(round(part[1]), 0),
            min(round(part[2]), image.width),
            min(round(part[3]), image.height),
        )
        if inner[2] > inner[0] and inner[3] > inner[1]:
            cut.paste(image.crop(inner), (inner[0] - left, inner[1] - top))
    draw = ImageDraw.Draw(cut)
    for box in known:
        kx0, ky0, kx1, ky1 = box
        if kx1 > left and kx0 < right and ky1 > top and ky0 < bottom:
            draw.rectangle((kx0 - left, ky0 - top, kx1 - left, ky1 - top), fill="white")
    return cut, (left, top)


def _move(
    block: Block, reading: PageLayout, turn: int, origin: tuple[int, int], scale: float
) -> Block:
    """`block` of the `reading` of a part that begins at `origin` (px) and was read turned clockwise
    by `turn` degrees, in px of the layout."""
    left, top = origin

    def place(box: Box) -> Box:
        back = (360 - reading.rotation - turn) % 360
        x0, y0, x1, y1 = rotate_box(box, back, reading.width, reading.height)
        return _scale((x0 + left, y0 + top, x1 + left, y1 + top), scale)

    lines = tuple(
        replace(
            line,
            bbox=place(line.bbox),
            words=tuple(replace(word, bbox=place(word.bbox)) for word in line.words),
        )
        for line in block.lines
    )
    return replace(block, bbox=place(block.bbox), lines=lines, figure="", disputes=())


def _keep_believable(block: Block, known: Sequence[Box]) -> Block | None:
    """`block` without noise and without words that are known; None where nothing is left."""
    if not any(ch.isalnum() for ch in block.text):
        return None
    if not block.lines:
        certain = block.confidence is None or block.confidence >= _BELIEVABLE
        return block if certain else None
    lines = []
    for line in block.lines:
        words = tuple(
            word
            for word in line.words
            if not any(overlap_share(word.bbox, box) > _SAME_PLACE for box in known)
        )
        certainty = mean_confidence((word.confidence, len(word.text)) for word in words)
        signs = sum(ch.isalnum() for word in words for ch in word.text)
        if signs < 2 or (certainty is not None and certainty < _BELIEVABLE):
            continue
        lines.append(make_line(words))
    if not lines:
        return None
    if len(lines) == len(block.lines) and all(
        len(one.words) == len(other.words) for one, other in zip(lines, block.lines, strict=True)
    ):
        return block
    return replace_lines(block, lines)


def _word_boxes(block: Block) -> list[Box]:
    return [word.bbox for word in block.words()] or [block.bbox]


def _covered_length(line: UnreadLine, words: Sequence[Box]) -> float:
    """The share of the line's length over or under which words stand."""
    x0, y0, x1, y1 = _lay_level(line.bbox) if line.across else line.bbox
    boxes = map(_lay_level, words) if line.across else words
    spans = sorted(
        (max(w[0], x0), min(w[2], x1))
        for w in boxes
        if min(w[3], y1) - max(w[1], y0) > 0.3 * min(w[3] - w[1], y1 - y0)
    )
    covered, end = 0.0, x0
    for left, right in spans:
        if right > max(left, end):
            covered += right - max(left, end)
            end = right
    return covered / max(x1 - x0, 1.0)


def _lay_level(box: Box) -> Box:
    x0, y0, x1, y1 = box
    return y0, x0, y1, x1


def _group(lines: Sequence[Box]) -> list[Box]:
    """Lines, grown by their height, joined where they touch."""
    parts: list[Box] = []
    for x0, y0, x1, y1 in lines:
        grown = 0.8 * min(x1 - x0, y1 - y0)
        box = (x0 - grown, y0 - grown, x1 + grown, y1 + grown)
        while True:
            touching = [part for part in parts if _touch(part, box)]
            if not touching:
                break
            box = bounding_box([box, *touching])
            parts = [part for part in parts if part not in touching]
        parts.append(box)
    return sorted(parts, key=lambda part: (part[1], part[0]))


def _touch(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _scale(box: Box, factor: float) -> Box:
    x0, y0, x1, y1 = box
    return x0 * factor, y0 * factor, x1 * factor, y1 * factor
