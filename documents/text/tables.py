"""Tables as cells, and cells as HTML, plain text and Markdown. Pure.

HTML is a model's or a person's: it is sanitised before it gets here (`safe_html.sanitise_table`).
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser

from documents.text.markdown import escape_markdown

#: The largest span of a cell that is respected, rows or columns.
MOST_SPANNED = 100

#: The texts of the cells by row, an empty one wherever a cell that spans several reaches.
Rows = list[list[str]]


@dataclass(frozen=True)
class Cell:
    """One cell: its text, how many columns and rows it spans (1 to `MOST_SPANNED`), and whether it
    is a heading."""

    text: str
    colspan: int = 1
    rowspan: int = 1
    header: bool = False


@dataclass(frozen=True)
class Span:
    """The place of one cell: its first row and column, from 0, and how many of them it takes."""

    row: int
    column: int
    height: int
    width: int


def parse_rows(html: str) -> Rows:
    """The texts of the cells by row. A cell that spans several is followed by empty cells in their
    places, to its right and below."""
    return spread_cells(parse_cells(html))


def parse_cells(html: str) -> list[list[Cell]]:
    """The cells by row, in the order of the HTML."""
    parser = _CellParser()
    parser.feed(html)
    parser.close()
    return parser.rows()


def spread_cells(rows: Iterable[Sequence[Cell]]) -> Rows:
    """Every row with a text for each of its columns: "" where a cell spans."""
    return _spread(rows)[0]


def spread_with_spans(rows: Iterable[Sequence[Cell]]) -> tuple[Rows, list[Span]]:
    """The same, and the places that cells of more than one row or column take in it; none of these
    overlap, or hold another cell's text."""
    spread, spans = _spread(rows)
    #: By column: the first row below all places so far.
    free: dict[int, int] = {}
    apart = []
    for span in spans:
        height = min(span.height, len(spread) - span.row)
        columns = range(span.column, span.column + span.width)
        if height * span.width > 1 and all(free.get(at, 0) <= span.row for at in columns):
            free.update(dict.fromkeys(columns, span.row + height))
            apart.append(replace(span, height=height))
    return spread, apart


def _spread(rows: Iterable[Sequence[Cell]]) -> tuple[Rows, list[Span]]:
    """Also where the cells that span say they reach: maybe into each other, or below the table."""
    spread: Rows = []
    spans: list[Span] = []
    #: By column: how many more rows a cell above spans.
    covered: dict[int, int] = {}
    for row in rows:
        texts: dict[int, str] = {}
        below: dict[int, int] = {}
        column = 0
        for cell in row:
            while covered.get(column):
                texts[column] = ""
                column += 1
            for offset in range(cell.colspan):
                texts[column + offset] = "" if offset else cell.text
                if cell.rowspan > 1:
                    below[column + offset] = max(cell.rowspan, covered.get(column + offset, 0)) - 1
            if cell.colspan > 1 or cell.rowspan > 1:
                spans.append(Span(len(spread), column, cell.rowspan, cell.colspan))
            column += cell.colspan
        spread.append([texts.get(at, "") for at in range(max(texts, default=-1) + 1)])
        covered = {at: left - 1 for at, left in covered.items() if left > 1} | below
    return spread, spans


def cells_to_html(rows: Iterable[Iterable[Cell]]) -> str:
    """The table as HTML that `safe_html.sanitise_table` leaves as it is."""
    return f"<table>{''.join(f'<tr>{_row_to_html(row)}</tr>' for row in rows)}</table>"


def rows_to_text(rows: Rows) -> str:
    """One line per row, cells separated by tabs."""
    lines = ("\t".join(" ".join(cell.split()) for cell in row).rstrip("\t") for row in rows)
    return "\n".join(line for line in lines if line)


def rows_to_markdown(rows: Rows) -> str:
    """A table in GitHub's Markdown (GFM 0.29, 4.10); the first row is its head."""
    if not rows:
        return ""
    width = max(len(row) for row in rows)
    lines = []
    for index, row in enumerate(rows):
        cells = [_escape_cell(cell) for cell in row] + [""] * (width - len(row))
        lines.append(f"| {' | '.join(cells)} |")
        if index == 0:
            lines.append(f"|{' --- |' * width}")
    return "\n".join(lines)


def _row_to_html(row: Iterable[Cell]) -> str:
    return "".join(map(_cell_to_html, row))


def _cell_to_html(cell: Cell) -> str:
    tag = "th" if cell.header else "td"
    spans = "".join(
        f' {name}="{value}"'
        for name, value in (("colspan", cell.colspan), ("rowspan", cell.rowspan))
        if value > 1
    )
    text = entities.escape(cell.text, quote=False).replace("\n", "<br>")
    return f"<{tag}{spans}>{text}</{tag}>"


def _escape_cell(text: str) -> str:
    # In a cell a line starts no heading, but a bar would start another cell.
    return re.sub(
        r"(?<!\\)\|", r"\|", " ".join(escape_markdown(line) for line in text.split("\n"))
    ).strip()


class _CellParser(HTMLParser):
    """Collects rows in order; an unclosed cell ends where the next one begins."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._rows: list[list[Cell]] = []
        self._text: list[str] | None = None
        self._shape = (1, 1, False)

    def rows(self) -> list[list[Cell]]:
        self._end_cell()
        return self._rows

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._end_cell()
            self._rows.append([])
        elif tag in ("td", "th"):
            self._end_cell()
            if not self._rows:
                self._rows.append([])
            named = dict(attrs)
            across, down = _parse_span(named.get("colspan")), _parse_span(named.get("rowspan"))
            self._shape = (across, down, tag == "th")
            self._text = []
        elif tag == "br" and self._text is not None:
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)
        elif data.strip():
            # Words between cells get a row of their own, so that nothing is lost.
            self._rows.append([Cell(data.strip())])

    def _end_cell(self) -> None:
        if self._text is None:
            return
        text, self._text = "".join(self._text).strip(), None
        self._rows[-1].append(Cell(text, *self._shape))


def _parse_span(value: str | None) -> int:
    text = (value or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        return 1
    return min(max(int(text), 1), MOST_SPANNED)
