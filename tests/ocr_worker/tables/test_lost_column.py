"""A column that the engine left out is seen by its ink, beside the words of its rows."""

from __future__ import annotations

from dataclasses import replace

from PIL import Image

from documents.text.other_lines import make_line, replace_lines
from documents.text.page_layout import PageLayout
from ocr_worker.engines import Engine
from ocr_worker.find_unread import find_unread_lines
from tests.ocr_worker.tables.drawn_columns import OTHERS, STOCKS, TABLES, page


def read(engine: Engine, image: Image.Image) -> PageLayout:
    return engine.read(image, dpi=200, language="en", seconds=60)


def leave_out(layout: PageLayout, texts: set[str]) -> PageLayout:
    blocks = []
    for block in layout.blocks:
        lines = [[word for word in line.words if word.text not in texts] for line in block.lines]
        if any(lines):
            blocks.append(replace_lines(block, [make_line(words) for words in lines if words]))
    return replace(layout, blocks=tuple(blocks))


def test_a_lost_column_is_found(engine: Engine) -> None:
    image = page(TABLES["figures by year"][0])
    layout = read(engine, image)
    column = {row[2] for row in STOCKS}
    places = [word.bbox for word in layout.words() if word.text in column]
    assert len(places) == len(STOCKS)
    assert not find_unread_lines(layout, image)

    found = find_unread_lines(leave_out(layout, column), image)

    assert len(found) >= 4
    for line in found:
        assert min(box[0] for box in places) - 9 < line.bbox[0]
        assert line.bbox[2] < max(box[2] for box in places) + 9


def test_where_nothing_is_lost_nothing_is_found(engine: Engine) -> None:
    image = page(OTHERS["columns of prose"])
    assert not find_unread_lines(read(engine, image), image)
