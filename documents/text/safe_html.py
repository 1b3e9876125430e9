"""HTML that came out of a reading, made harmless: a table's rows and cells, and nothing else. Pure.

A reading is what a model saw in an uploaded picture: whoever draws `<script>` on a page gets it
read. So what is kept was cleaned, and is cleaned again wherever it is shown (design, section 7.5).
"""

from __future__ import annotations

import nh3

#: What a cell's text may be set in, and what makes a table.
TAGS = frozenset({"table", "thead", "tbody", "tr", "td", "th", "br", "sub", "sup", "b", "i"})
_CELLS = ("td", "th")
_SPANS = ("colspan", "rowspan")
#: Cells that one may span. Browsers stop at as many columns (HTML, 4.9.11); a model that repeats a
#: digit asks for more than anybody's memory has.
MOST_SPANNED = 1000
#: Characters. The worst that was found for so many, tags nested in each other, takes a second.
LONGEST = 500_000


def safe_table(html: str) -> str:
    """`html` with its tables and the text in them, well-formed: every tag that is opened is closed.

    Of tags only `TAGS` stay, of attributes only the spans of cells. The text of other tags stays,
    escaped; that of scripts and styles goes. What is longer than `LONGEST` is cut there.
    """
    return nh3.clean(
        html[:LONGEST],
        tags=set(TAGS),
        clean_content_tags={"script", "style"},
        attributes={cell: set(_SPANS) for cell in _CELLS},
        attribute_filter=_span,
        generic_attribute_prefixes=set(),
        url_schemes=set(),
        link_rel=None,
        strip_comments=True,
    )


def _span(tag: str, name: str, value: str) -> str | None:
    """The attribute's value, None where it is to go. Of a span of one cell there is no need."""
    value = value.strip()
    if not (value.isascii() and value.isdigit() and len(value) < 9):
        return None
    return str(min(int(value), MOST_SPANNED)) if int(value) > 1 else None
