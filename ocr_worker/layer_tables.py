"""Ruled tables of a page that a program made, from its own words and rules. Pure."""

from __future__ import annotations

from dataclasses import replace

import structlog

from documents.text.page_layout import Block, PageLayout
from ocr_worker.rendering.rotate import rotate_box

from .put_tables import find_words_inside, put_tables
from .rendering import TextLayer
from .rendering.rules import Rule, Rules
from .tables.grid import find_grids
from .tables.words import build_table, holds_columns, is_filled, place_words

log = structlog.get_logger(__name__)

#: Cells of a table end its words: of a drawing, or of boxes behind text, more words are torn.
_MOST_TORN = 0.05

#: A table has text in this share of its cells; the grid of a chart has less.
_LEAST_FILLED = 0.2


def make_layer_tables(layout: PageLayout, layer: TextLayer) -> PageLayout:
    """`layout`, which was converted from `layer`, with a block for each ruled table."""
    tables: list[Block] = []
    taken: set[int] = set()
    for grid in find_grids(_place_rules(layer, layout)):
        inside = list(find_words_inside(layout, grid))
        placed = place_words(grid, inside)
        cells = list(placed.words)
        filled = sum(map(bool, cells))
        if (
            not is_filled(grid, cells)
            or holds_columns(grid, cells)
            or filled < _LEAST_FILLED * len(cells)
            or len(placed.torn) > _MOST_TORN * len(inside)
        ):
            continue
        for word, touched in placed.torn:
            cells[touched[0]] = (*cells[touched[0]], word)
        tables.append(build_table(grid, cells))
        taken.update(map(id, inside))
    if not tables:
        return layout
    log.info("tables_found", tables=len(tables))
    return put_tables(layout, tables, taken, ids="bt")  # of the layer, as its other blocks


def _place_rules(layer: TextLayer, layout: PageLayout) -> Rules:
    """The rules of the layer (points) in px of the layout, turned as it is."""
    rotation = layout.rotation
    width = layer.height if rotation % 180 else layer.width
    scale = layout.width / width
    across, down = layer.rules.across, layer.rules.down
    if rotation:
        turned = [
            [_rotate(rule, runs_across, layer, rotation) for rule in rules]
            for runs_across, rules in ((True, across), (False, down))
        ]
        across, down = (tuple(rules) for rules in (turned if rotation == 180 else turned[::-1]))
    return Rules(
        tuple(rule.enlarge(scale) for rule in across),
        tuple(rule.enlarge(scale) for rule in down),
        layer.rules.unit * scale,
    )


def _rotate(rule: Rule, runs_across: bool, layer: TextLayer, rotation: int) -> Rule:
    """The rule on the turned page; programs draw them straight."""
    at = rule.place((rule.start + rule.end) / 2)
    box = (rule.start, at, rule.end, at) if runs_across else (at, rule.start, at, rule.end)
    x0, y0, x1, y1 = rotate_box(box, rotation, layer.width, layer.height)
    if runs_across == (rotation == 180):
        return replace(rule, start=x0, end=x1, at=y0, slope=0.0)
    return replace(rule, start=y0, end=y1, at=x0, slope=0.0)
