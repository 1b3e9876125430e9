"""Ruled tables of a page as tables, also where the engine knows none.

The engine has read the page. Its words go into the cells that the page's rules make. A cell whose
ink they leave uncovered, or that was read with little certainty, is read again by other means: its
ink without the rules, under that of other such cells, as plain lines; turned, where it stands
upright. For each cell the reading that covers more ink with more certainty is kept.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

import structlog
from PIL import Image

from documents.errors import EngineFailed, ReadingTimeout
from documents.text.page_layout import Block, PageLayout, Word, mean_confidence

from .put_tables import find_words_inside, put_tables
from .rendering.rules import Rules, find_rules
from .tables.cell_ink import CellInk, cell_box, erase_rules, measure_cells, measure_ink
from .tables.dotted import find_dotted_rules
from .tables.grid import Grid, find_grids
from .tables.strips import Piece, make_strips, place_back
from .tables.words import build_table, is_filled, place_read_words

log = structlog.get_logger(__name__)

#: A cell is read again where words cover less of its ink, or were read with less certainty.
_COVERED, _CERTAIN = 0.8, 0.7

#: What is read again is kept from this certainty, and where it is better by so much.
_BELIEVABLE, _BETTER = 0.4, 0.02

#: Ink this much taller than wide, or a cell, may be turned.
_TALL = 1.3

#: Cells of print have little ink: most of those of a table have at most this share.
_PRINT = 0.4

#: The words of a table together are read with at least this certainty (raw, not calibrated). In the
#: grain of a photograph 0.67 was seen, in tables 0.90 and more.
_PRINTED = 0.75

#: Dotted rules are looked for where the page was read with less certainty (raw): they take 0.05 to
#: 0.15 s, and 0.53 to 0.93 was seen where they are, 0.95 and more on clean pages.
_UNDOTTED = 0.94

#: Words read with so much certainty have no dots of a rule in their boxes.
_SURE = 0.9

Words = tuple[Word, ...]


@runtime_checkable
class LineReader(Protocol):
    """An engine that can be told that there is nothing but lines, and how the page lies."""

    def read_part(
        self, image: Image.Image, *, dpi: float, language: str, seconds: float, upright: bool
    ) -> PageLayout:
        """See `Engine.read_part`."""

    def read_lines(
        self, image: Image.Image, *, dpi: float, language: str, seconds: float
    ) -> PageLayout:
        """Recognise lines under each other (gray, upright); boxes are px of `image`."""


def read_tables(
    layout: PageLayout,
    upright: Image.Image,
    *,
    dpi: float,
    engine: object,
    language: str,
    seconds: float,
) -> tuple[PageLayout, Image.Image]:
    """`layout`, read from `upright` (its px), with a block for each ruled table.

    With it the page as what has not been read is looked for in it: with tables, in gray and without
    rules, which between their words would look like more of them; else `upright`.

    `engine`: reads cells again if it is a `LineReader`. `seconds`: limit by the clock; what is not
    read by then stays as the first reading had it.
    """
    gray = upright if upright.mode == "L" else upright.convert("L")
    rules = find_rules(gray)
    grids = find_grids(rules)
    doubtful = (layout.confidence or 0.0) < _UNDOTTED
    if doubtful:
        rules = _add_dotted_rules(_without_sure_words(gray, layout), rules)
    dotted = doubtful and not grids
    grids = grids or find_grids(rules)
    if not grids:
        return layout, upright
    deadline = time.monotonic() + seconds
    reader = engine if isinstance(engine, LineReader) else None
    clean = erase_rules(gray, rules)
    if dotted and reader is not None:
        layout = _read_without_dots(layout, reader, clean, dpi, language, deadline)
    tables: list[Block] = []
    taken: set[int] = set()
    for grid in grids:
        inside = list(find_words_inside(layout, grid))
        cells = _read_cells(grid, inside, clean, dpi, reader, language, deadline)
        if cells is not None and is_filled(grid, cells) and _is_believable(cells):
            tables.append(build_table(grid, cells))
            taken.update(map(id, inside))
    if not tables:
        return layout, upright
    log.info("tables_found", tables=len(tables), cells=[len(grid.cells) for grid in grids])
    return put_tables(layout, tables, taken), clean


def _read_without_dots(
    layout: PageLayout,
    reader: LineReader,
    clean: Image.Image,
    dpi: float,
    language: str,
    deadline: float,
) -> PageLayout:
    """What is read from the `clean` page instead of `layout`, which took dots for signs."""
    seconds = deadline - time.monotonic()
    try:
        again = reader.read_part(clean, dpi=dpi, language=language, seconds=seconds, upright=True)
    except (ReadingTimeout, EngineFailed) as error:
        log.warning("page_not_read_again", code=error.code, reason=error.detail)
        return layout
    if len(again.text) < len(layout.text) / 2:
        return layout
    return replace(again, rotation=layout.rotation)


def without_rules(upright: Image.Image) -> Image.Image:
    """The page in gray, its ruling lines painted over."""
    gray = upright if upright.mode == "L" else upright.convert("L")
    return erase_rules(gray, _add_dotted_rules(gray, find_rules(gray)))


def _without_sure_words(gray: Image.Image, layout: PageLayout) -> Image.Image:
    """The page without the print in which no dots need to be looked for: most of its marks."""
    rest = gray.copy()
    for word in layout.words():
        if (word.confidence or 0.0) >= _SURE and sum(map(str.isalnum, word.text)) > 1:
            x0, y0, x1, y1 = map(round, word.bbox)
            if min(x1 - x0, y1 - y0) > 2:  # a rule may touch the edge
                rest.paste(255, (x0 + 1, y0 + 1, x1 - 1, y1 - 1))
    return rest


def _add_dotted_rules(gray: Image.Image, lines: Rules) -> Rules:
    """`lines` and the rules of dots and dashes."""
    dotted = find_dotted_rules(gray)
    return Rules(lines.across + dotted.across, lines.down + dotted.down, lines.unit)


def _read_cells(
    grid: Grid,
    words: Sequence[Word],
    clean: Image.Image,
    dpi: float,
    reader: LineReader | None,
    language: str,
    deadline: float,
) -> list[Words] | None:
    """The words of each cell; None where the cells are those of a picture."""
    placed = place_read_words(grid, words)
    cells = list(placed.words)
    inks = measure_cells(clean, grid, cells)
    shares = [ink.share for ink in inks if ink.covered is not None]
    if sum(share <= _PRINT for share in shares) < 0.6 * len(shares) or len(shares) < 3:
        return None
    doubtful = {index for index, ink in enumerate(inks) if _is_doubtful(ink, cells[index])}
    doubtful.update(index for _, touched in placed.torn for index in touched)
    if reader is not None and doubtful:
        pieces = list(_cut_pieces(grid, clean, sorted(doubtful)))
        read = _read_pieces(reader, clean, pieces, dpi, language, deadline)
        _keep_better(grid, clean, cells, read)
        tall = [piece for piece in pieces if _may_be_turned(piece, cells[piece.index])]
        for turn in (90, 270) if tall else ():
            turned = [replace(piece, turn=turn) for piece in tall]
            read = _read_pieces(reader, clean, turned, dpi, language, deadline)
            _keep_better(grid, clean, cells, read)
    for word, touched in placed.torn:
        if not any(cells[index] for index in touched[1:]) or not cells[touched[0]]:
            cells[touched[0]] = (*cells[touched[0]], word)
    return cells


def _is_believable(cells: Sequence[Words]) -> bool:
    """Whether the cells hold print: what is seen in the grain of a picture is read with little
    certainty."""
    return _certainty([word for words in cells for word in words]) >= _PRINTED


def _is_doubtful(ink: CellInk, words: Words) -> bool:
    if ink.covered is None:
        return False
    return (ink.covered < _COVERED and ink.box is not None) or (
        bool(words) and _certainty(words) < _CERTAIN
    )


def _cut_pieces(grid: Grid, clean: Image.Image, indices: Sequence[int]) -> Iterator[Piece]:
    """The ink of these cells."""
    margin = round(4 * grid.unit)
    for index in indices:
        box = cell_box(grid, index, clean)
        ink = measure_ink(clean, box, (), grid.unit)
        if ink.box is None:
            continue
        x0, y0, x1, y1 = (round(value) for value in ink.box)
        around = (
            max(x0 - margin, box[0]),
            max(y0 - margin, box[1]),
            min(x1 + margin, box[2]),
            min(y1 + margin, box[3]),
        )
        yield Piece(index, around, ink.light)


def _read_pieces(
    reader: LineReader,
    clean: Image.Image,
    pieces: Sequence[Piece],
    dpi: float,
    language: str,
    deadline: float,
) -> dict[int, Words]:
    found: dict[int, Words] = {}
    for strip in make_strips(clean, pieces):
        try:
            layout = reader.read_lines(
                strip.image, dpi=dpi, language=language, seconds=deadline - time.monotonic()
            )
        except (ReadingTimeout, EngineFailed) as error:
            log.warning("cells_not_read_again", code=error.code, reason=error.detail)
            break
        found |= {index: tuple(words) for index, words in place_back(strip, layout).items()}
    return found


def _keep_better(
    grid: Grid, clean: Image.Image, cells: list[Words], read: dict[int, Words]
) -> None:
    """Put into `cells` what of `read` is better than what is there."""
    for index, words in read.items():
        if words and _certainty(words) < _BELIEVABLE:
            continue
        old = _score(grid, clean, index, cells[index])
        if _score(grid, clean, index, words) > old + _BETTER:
            cells[index] = words


def _score(grid: Grid, clean: Image.Image, index: int, words: Words) -> float:
    """How much of the cell's ink is covered, times how certainly."""
    if not words:
        return 0.0
    ink = measure_ink(clean, cell_box(grid, index, clean), (word.bbox for word in words), grid.unit)
    return (ink.covered or 0.0) * _certainty(words)


def _may_be_turned(piece: Piece, words: Words) -> bool:
    x0, y0, x1, y1 = piece.box
    return y1 - y0 > _TALL * (x1 - x0) and (not words or _certainty(words) < _CERTAIN)


def _certainty(words: Sequence[Word]) -> float:
    return mean_confidence((word.confidence, len(word.text)) for word in words) or 0.0
