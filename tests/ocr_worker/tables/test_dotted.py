"""Dots and dashes at one distance are a rule; the dots of print are none."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from ocr_worker.tables.dotted import find_dotted_rules
from ocr_worker.tables.grid import find_grids
from tests.ocr_worker.files import RUSSIAN, picture
from tests.ocr_worker.tables.drawn_tables import draw_table


@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_dotted_rules_make_a_table(dpi: int) -> None:
    drawn = draw_table("dotted", dpi=dpi)
    [grid] = find_grids(find_dotted_rules(drawn.image))
    assert len(grid.cells) == sum(len(row) for row in drawn.rows)


def test_dots_that_lead_to_a_page_number_are_no_table() -> None:
    page = Image.new("L", (1654, 2339), 255)
    draw = ImageDraw.Draw(page)
    for y in range(300, 2000, 60):
        for x in range(500, 1400, 14):
            draw.rectangle((x, y, x + 3, y + 3), fill=0)
    assert find_dotted_rules(page).across == ()


def test_print_has_no_dotted_rules() -> None:
    for page in (picture(RUSSIAN), draw_table("plain", language="ru").image):
        rules = find_dotted_rules(page.convert("L"))
        assert not rules.across
        assert not rules.down
