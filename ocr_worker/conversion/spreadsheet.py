"""Make a spreadsheet's pages readable: as wide as a page, nothing cut or left out, hidden sheets
named.

Works on what LibreOffice itself has written as flat OpenDocument, where each element begins a line:
styles (`style:page-layout`, widths of columns), then the tables. ODF 1.3 part 3, 17.2 and 9.1.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape, unescape  # nosec B406 # writes XML, parses none

from .cell_styles import Styles
from .whole_cells import MOST_COLUMNS, own_lines, show_whole_cells

#: Rows with content that are shown of a whole file; the pages say so where there are more.
MOST_ROWS = 20_000

#: A4, cm, with 1 cm left free on each side.
_SHORT, _LONG, _MARGIN = 21.0, 29.7, 1.0
#: Sheets are made smaller up to this share; wider ones take several pages side by side.
_SMALLEST = 0.5

_LAYOUT = re.compile(
    r'(<style:page-layout style:name="[^"]*"[^>]*>\s*<style:page-layout-properties)([^>]*?)(/?>)'
)
_OLD = re.compile(
    r" (?:style:scale-to(?:-pages|-X|-Y)?|style:print-orientation|fo:page-width|fo:page-height"
    r'|fo:margin(?:-left|-right)?)="[^"]*"'
)
_ATTRIBUTE = re.compile(r' ([\w:-]+)="([^"]*)"')
_PRINTED = re.compile(r' table:print(?:-ranges)?="[^"]*"')


def fit_to_pages(source: Path, target: Path) -> tuple[str, ...]:
    """Rewrite the flat spreadsheet `source` as `target`; what its pages do not show.

    Memory holds the styles and one row of the tables.
    """
    with source.open(encoding="utf-8") as file:
        head = _read_head(file)
        styles = Styles(head)
        survey = _Survey(styles)
        for line, is_own in own_lines(file):
            if is_own:
                survey.see(line)
    notes = survey.notes()
    with source.open(encoding="utf-8") as file, target.open("w", encoding="utf-8") as out:
        _skip_head(file)
        out.write(_LAYOUT.sub(lambda match: _fit(match, survey.width), styles.add_twins(head)))
        out.writelines(_rewrite(show_whole_cells(file, styles), notes))
    return notes


def _read_head(file: Iterator[str]) -> str:
    lines = []
    for line in file:
        lines.append(line)
        if "<office:body>" in line:
            break
    return "".join(lines)


def _skip_head(file: Iterator[str]) -> None:
    for line in file:
        if "<office:body>" in line:
            return


class _Survey:
    """What the tables are like: the widest sheet (cm), rows with content, hidden sheets."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._columns: list[float] = []
        self._cells = self._used = 0
        self._in_hidden = False
        self.width = 0.0
        self.rows = 0
        self.hidden: list[str] = []

    def see(self, line: str) -> None:
        for tag in re.findall(
            r"<(/?table:(?:table|table-column|table-row|table-cell)\b[^>]*)>", line
        ):
            name, attributes = tag.split(" ", 1)[0].rstrip("/"), dict(_ATTRIBUTE.findall(tag))
            repeated = int(attributes.get("table:number-columns-repeated", 1))
            if name == "table:table":
                self._columns, self._used = [], 0
                self._in_hidden = self._styles.is_hidden(attributes.get("table:style-name", ""))
                if self._in_hidden:
                    self.hidden.append(unescape(attributes.get("table:name", "")))
            elif name == "table:table-column":
                width = self._styles.width(attributes.get("table:style-name", ""))
                room = MOST_COLUMNS - len(self._columns)
                self._columns += [width] * min(repeated, max(room, 0))
            elif name == "table:table-row":
                self._cells = 0
            elif name == "table:table-cell":
                self._cells += repeated
                if "office:value-type" in attributes or not tag.endswith("/"):
                    self._used = max(self._used, min(self._cells, MOST_COLUMNS))
            elif name == "/table:table" and not self._in_hidden:
                self.width = max(self.width, sum(self._columns[: self._used]))
        if "</table:table-row>" in line and not self._in_hidden:
            self.rows += 1

    def notes(self) -> tuple[str, ...]:
        found = []
        if self.hidden:
            names = ", ".join(f"«{name}»" for name in self.hidden)
            found += [
                f"Скрытые листы, здесь не показаны: {names}",
                f"Hidden sheets, not shown: {names}",
            ]
        if self.rows > MOST_ROWS:
            found += [
                f"Показаны первые {MOST_ROWS} строк из {self.rows}; остальные — в исходном файле.",
                f"The first {MOST_ROWS} rows of {self.rows} are shown; the others are in the file.",
            ]
        return tuple(found)


def _fit(match: re.Match[str], width: float) -> str:
    """The page layout: A4, upright unless the sheet is wider, one page wide where that can be
    read."""
    lying = width > _SHORT - 2 * _MARGIN
    page = (_LONG, _SHORT) if lying else (_SHORT, _LONG)
    pages = max(1, math.ceil(width * _SMALLEST / (page[0] - 2 * _MARGIN)))
    scale = (
        f' style:scale-to-X="{pages}" style:scale-to-Y="0"' if width > page[0] - 2 * _MARGIN else ""
    )
    return (
        f'{match[1]}{_OLD.sub("", match[2])} fo:page-width="{page[0]}cm" '
        f'fo:page-height="{page[1]}cm" style:print-orientation="'
        f'{"landscape" if lying else "portrait"}" fo:margin-left="{_MARGIN}cm" '
        f'fo:margin-right="{_MARGIN}cm"{scale}{match[3]}'
    )


def _rewrite(lines: Iterator[str], notes: tuple[str, ...]) -> Iterator[str]:
    """The tables with all of their cells to be printed, cut after MOST_ROWS rows, and the notes."""
    rows, skipping = 0, False
    for line in lines:
        if "<table:table " in line:
            line = _PRINTED.sub("", line)
        if rows >= MOST_ROWS and "<table:table-row" in line:
            skipping = True
        if not skipping:
            yield line.replace(
                "</office:spreadsheet>", _write_notes(notes) + "</office:spreadsheet>"
            )
        elif "</office:spreadsheet>" in line:
            yield _write_notes(notes) + line
        if "</table:table-row>" in line:
            rows, skipping = rows + 1, False


def _write_notes(notes: tuple[str, ...]) -> str:
    if not notes:
        return ""
    rows = "".join(
        '<table:table-row><table:table-cell office:value-type="string">'
        f"<text:p>{escape(note)}</text:p></table:table-cell></table:table-row>"
        for note in notes
    )
    return f'<table:table table:name="…">{rows}</table:table>\n'
