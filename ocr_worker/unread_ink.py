"""Read what looks like text on a page and was not read: the parts without words, by themselves.

The parts are cut out of the page, everything else on the sheet is made white, and an engine reads
it: pictures beside a text layer, text drawn as curves, stamps, and what a first recognition of the
whole page left out. What still can't be read becomes an empty block, which is flagged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import structlog
from PIL import Image, ImageDraw

from documents.errors import EngineFailed, ReadingTimeout
from documents.text.other_lines import make_line, replace_lines
from documents.text.page_layout import (
    Block,
    Box,
    PageLayout,
    Word,
    bounding_box,
    mean_confidence,
)
from ocr_worker.quality import calibrate_layout
from ocr_worker.rendering import UnreadLine
from ocr_worker.rendering.ink_slants import Region, lay_level, place_back
from ocr_worker.rendering.rotate import rotate_box, rotate_clockwise

from .engines.base import Engine
from .engines.plug_ins import reader_of_parts
from .engines.word_lists import is_known_word
from .find_unread import WORTH_A_FLAG, is_guess
from .line_parts import covered_length, group_lines, scale_box
from .place_blocks import insert_blocks, overlap_share

log = structlog.get_logger(__name__)

#: Lines with a lower confidence are noise: what an engine sees in a drawing.
_BELIEVABLE = 0.5

#: At an angle to the text stand drawings more often than writing: less is noise there.
_LEAST_TURNED = 4

#: A word that lies in a known word by this share is that word.
_SAME_PLACE = 0.4

#: A line of ink is read where words cover this share of its width.
_READ = 0.4

#: What stays unread is reported from this many letters on the page, and from this share of the
#: page's text: less is a logo.
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
    turned: list[Block] = []
    if engine is not None:
        deadline = time.monotonic() + seconds
        sheet = draw()
        for way in sorted({(line.across, line.slant) for line in lines}):
            some = [line for line in lines if (line.across, line.slant) == way]
            remaining = max(deadline - time.monotonic(), 0.0)
            blocks = _read_parts(engine, sheet, layout, some, language, remaining)
            found += blocks
            turned += blocks if any(way) else []
    words = [box for block in found for box in _word_boxes(block)]
    guesses = [word.bbox for word in layout.words() if is_guess(word)]
    left = [
        line
        for line in lines
        if line.letters >= WORTH_A_FLAG and covered_length(line, words + guesses) < _READ
    ]
    read = sum(len(word.text) for word in layout.words()) + sum(len(b.text) for b in found)
    unread = sum(line.letters for line in left)
    if unread < max(_WORTH_IN_ALL, _WORTH_SHARE * (read + unread)):
        left, unread = [], 0
    empty = [
        Block(id="", label="text", bbox=part, order=None, text="")
        for part in group_lines([line.bbox for line in left])
    ]
    if not found and not empty:
        return layout
    merged = insert_blocks(_drop_guesses(layout, [block.bbox for block in turned]), found)
    return replace(
        merged,
        blocks=(
            *merged.blocks,
            *(replace(block, id=f"e{index + 1}") for index, block in enumerate(empty)),
        ),
        unread=round(unread / (read + unread), 3) if unread else 0.0,
    )


def _read_parts(
    engine: Engine,
    sheet: Sheet,
    layout: PageLayout,
    lines: Sequence[UnreadLine],
    language: str,
    seconds: float,
) -> list[Block]:
    """The blocks that the engine reads at `lines`, which all stand at one angle; boxes in px of the
    layout."""
    scale = sheet.image.width / layout.width
    turn = 90 if lines[0].across else 0
    parts = [scale_box(box, scale) for box in group_lines([line.bbox for line in lines])]
    turned = [line.bbox for line in lines if line.across or line.slant]
    known = [word.bbox for word in layout.words() if not _is_guess_at(word, turned)]
    cut, origin = _cut_out(sheet.image, parts, [scale_box(box, scale) for box in known])
    part = cut.convert("L")
    slanted = Region((0, 0, *part.size), lines[0].slant)
    if slanted.slant:
        part = lay_level(part, slanted.slant, 255)
    try:
        reading = engine.read_part(
            rotate_clockwise(part, turn),
            dpi=sheet.dpi,
            language=language,
            seconds=seconds,
            upright=False,
        )
    except (ReadingTimeout, EngineFailed) as error:
        # What has been read is worth more than another attempt: these lines are flagged.
        log.warning("unread_lines_failed", code=error.code, reason=error.detail)
        return []

    def place(box: Box) -> Box:
        back = (360 - reading.rotation - turn) % 360
        level = rotate_box(box, back, reading.width, reading.height)
        x0, y0, x1, y1 = place_back(level, slanted, part.size) if slanted.slant else level
        return scale_box(
            (x0 + origin[0], y0 + origin[1], x1 + origin[0], y1 + origin[1]), 1 / scale
        )

    blocks = []
    for block in reading.blocks_in_order():
        kept = _keep_believable(_move(block, place), known)
        if kept is not None and not (turned and _count_signs(kept.words()) < _LEAST_TURNED):
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


def _move(block: Block, place: Callable[[Box], Box]) -> Block:
    """`block` with its boxes where `place` says."""
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
        if _count_signs(words) < 2 or (certainty is not None and certainty < _BELIEVABLE):
            continue
        lines.append(make_line(words))
    if not lines:
        return None
    if len(lines) == len(block.lines) and all(
        len(one.words) == len(other.words) for one, other in zip(lines, block.lines, strict=True)
    ):
        return block
    return replace_lines(block, lines)


def _is_guess_at(word: Word, places: Sequence[Box]) -> bool:
    return is_guess(word) and any(overlap_share(word.bbox, place) > 0.5 for place in places)


def _drop_guesses(layout: PageLayout, places: Sequence[Box]) -> PageLayout:
    """`layout` without the doubtful words at `places`, where others were read."""
    if not any(_is_guess_at(word, places) for word in layout.words()):
        return layout
    blocks = []
    for block in layout.blocks:
        kept = [
            tuple(word for word in line.words if not _is_guess_at(word, places))
            for line in block.lines
        ]
        if sum(map(len, kept)) == len(list(block.words())):
            blocks.append(block)
        elif any(kept):
            blocks.append(replace_lines(block, [make_line(words) for words in kept if words]))
    return replace(layout, blocks=tuple(blocks))


def _count_signs(words: Iterable[Word]) -> int:
    return sum(ch.isalnum() for word in words for ch in word.text)


def _word_boxes(block: Block) -> list[Box]:
    return [word.bbox for word in block.words()] or [block.bbox]
