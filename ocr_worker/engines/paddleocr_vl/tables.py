"""Convert the model's HTML of a table to rows of cells, plain text and Markdown. Pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from documents.text.markdown import escape_markdown

#: The model's table notation (OTSL), which remains where the library could not convert it to HTML.
_CELL_MARKS = re.compile(r"<(?:fcel|ecel|lcel|ucel|xcel|ched|rhed|srow)>")
_ROW_MARK = "<nl>"

#: The largest span of a cell that is respected, rows or columns.
_MOST_SPANNED = 100

Rows = list[list[str]]


def parse_rows(html: str) -> Rows:
    """The texts of the cells by row. A cell that spans several is followed by empty cells in their
    places, to its right and below."""
    parser = _CellParser()
    parser.feed(html)
    parser.close()
    return parser.rows()


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


def strip_marks(text: str) -> str:
    """Convert the model's table notation: one line per row, cells separated by tabs."""
    rows = text.split(_ROW_MARK)
    return rows_to_text([_CELL_MARKS.split(row)[1:] or [row] for row in rows if row.strip()])


def _escape_cell(text: str) -> str:
    # In a cell a line starts no heading, but a bar would start another cell.
    return re.sub(
        r"(?<!\\)\|", r"\|", " ".join(escape_markdown(line) for line in text.split("\n"))
    ).strip()


class _CellParser(HTMLParser):
    """Collects rows in order; an unclosed cell ends where the next one begins."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._rows: list[dict[int, str]] = []
        #: By column: how many more rows a cell above spans.
        self._covered: dict[int, int] = {}
        self._column = 0
        self._escape_cell: list[str] | None = None
        self._spans = (1, 1)

    def rows(self) -> Rows:
        self._end_cell()
        return [
            [row.get(column, "") for column in range(max(row, default=-1) + 1)]
            for row in self._rows
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._end_cell()
            self._begin_row()
        elif tag in ("td", "th"):
            self._end_cell()
            if not self._rows:
                self._begin_row()
            named = dict(attrs)
            self._spans = (_parse_span(named.get("colspan")), _parse_span(named.get("rowspan")))
            self._escape_cell = []
        elif tag == "br" and self._escape_cell is not None:
            self._escape_cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._escape_cell is not None:
            self._escape_cell.append(data)
        elif data.strip():
            # Words between cells get a row of their own, so that nothing is lost.
            self._begin_row()
            self._rows[-1][0] = data.strip()

    def _begin_row(self) -> None:
        if self._rows:
            self._covered = {c: left - 1 for c, left in self._covered.items() if left > 1}
        self._rows.append({})
        self._column = 0

    def _end_cell(self) -> None:
        if self._escape_cell is None:
            return
        text, self._escape_cell = "".join(self._escape_cell).strip(), None
        while self._covered.get(self._column):
            self._rows[-1][self._column] = ""
            self._column += 1
        across, down = self._spans
        for offset in range(across):
            self._rows[-1][self._column + offset] = "" if offset else text
            if down > 1:
                self._covered[self._column + offset] = down
        self._column += across


def _parse_span(value: str | None) -> int:
    text = (value or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        return 1
    return min(max(int(text), 1), _MOST_SPANNED)
