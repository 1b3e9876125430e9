"""Sanitise the HTML of a reading to tables: rows, cells and their text. Pure.

A reading is what a model saw in an uploaded picture, and a picture may show `<script>`. HTML is
sanitised before it is stored, and again wherever it is rendered.
"""

from __future__ import annotations

import nh3

#: The elements of a table, and the formatting allowed in a cell.
TAGS = frozenset({"table", "thead", "tbody", "tr", "td", "th", "br", "sub", "sup", "b", "i"})
_CELLS = ("td", "th")
_SPANS = ("colspan", "rowspan")
#: The most columns or rows that a cell may span; browsers allow as many columns (HTML, 4.9.11). A
#: model that repeats a digit would ask for more than fits into memory.
MAX_SPAN = 1000
#: Characters. The worst input found of this length, nested tags, takes one second.
MAX_LENGTH = 500_000


def sanitise_table(html: str) -> str:
    """Return the tables of `html` and their text, well-formed: every opened tag is closed.

    Only `TAGS` and the span attributes of cells stay. Text in other tags stays, escaped; text in
    scripts and styles is removed. Input is cut after `MAX_LENGTH` characters.
    """
    return nh3.clean(
        html[:MAX_LENGTH],
        tags=set(TAGS),
        clean_content_tags={"script", "style"},
        attributes={cell: set(_SPANS) for cell in _CELLS},
        attribute_filter=_filter_span,
        generic_attribute_prefixes=set(),
        url_schemes=set(),
        link_rel=None,
        strip_comments=True,
    )


def _filter_span(tag: str, name: str, value: str) -> str | None:
    """Return the attribute's value, None to remove it. A span of one cell is the default."""
    value = value.strip()
    if not (value.isascii() and value.isdigit() and len(value) < 9):
        return None
    return str(min(int(value), MAX_SPAN)) if int(value) > 1 else None
