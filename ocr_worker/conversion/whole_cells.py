"""Show the whole text of each cell: what does not fit beside a filled cell is cut on paper, and a
number that does not fit is "###". Such text is wrapped, or made smaller where a word does not fit.

Works on the rows of a flat spreadsheet, as `spreadsheet` does. Widths of text are estimated, rather
too wide: a cell in which it fits looks the same wrapped.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import unescape  # nosec B406 # parses no XML

from .cell_styles import COLUMN_WIDTH, HIGHER, SMALLER, WRAPPED, Styles

#: A wider sheet is taken for one whose last columns have nothing but a format.
MOST_COLUMNS = 1024
#: A text that would have to be made smaller than this share is wrapped.
_SMALLEST = 0.5
#: What is estimated to be so much too long for its room may fit.
_DOUBTFUL = 1.3
#: Left and right of text in a cell, cm; the height of a line in that of letters.
_PADDING, _LINE = 0.1, 1.2
_POINT = 2.54 / 72

_START = re.compile(r"<table:(covered-)?table-cell\b([^>]*)>")
_ROW = re.compile(r"<table:table-row\b([^>]*)>")
_ATTRIBUTE = re.compile(r' ([\w:-]+)="([^"]*)"')
_PARAGRAPH = re.compile(r"<text:p\b[^>]*>(.*?)</text:p>")
_TAG = re.compile(r"<[^>]*>")
#: What lies over cells, with texts and tables of its own.
_FOREIGN = re.compile(r"<(draw:[\w-]+|office:annotation|table:shapes)\b[^>]*?(/?)>")
_NAME = re.compile(r' table:style-name="[^"]*"')


@dataclass
class _Cell:
    """`line`: where it begins among the row's lines."""

    line: int
    attributes: dict[str, str]
    is_covered: bool
    column: int
    repeated: int
    paragraphs: list[str] = field(default_factory=list)

    @property
    def columns_spanned(self) -> int:
        return int(self.attributes.get("table:number-columns-spanned", 1))


def own_lines(lines: Iterator[str]) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is the sheet's own: not of a picture, chart or note in it."""
    closing, depth = "", 0
    for line in lines:
        if closing:
            depth += line.count(f"<{closing} ") + line.count(f"<{closing}>")
            depth -= line.count(f"</{closing}>")
            yield line, False
            if depth <= 0:
                closing = ""
            continue
        found = _FOREIGN.search(line)
        if found and not found[2] and f"</{found[1]}>" not in line:
            closing, depth = found[1], 1
        yield line, found is None


def show_whole_cells(lines: Iterator[str], styles: Styles) -> Iterator[str]:
    """`lines` of the tables, with twins of the styles (`Styles.add_twins`) where text is cut.

    Memory holds one row.
    """
    columns = _Columns(styles)
    row: list[tuple[str, bool]] = []
    for line, is_own in own_lines(lines):
        if is_own and "<table:table-row" in line:
            if row:
                yield from (each for each, _ in row)
            row = []
            if "</table:table-row>" not in line:
                row = [(line, is_own)]
                continue
            yield from columns.show_row([(line, True)])
            continue
        if row:
            row.append((line, is_own))
            if is_own and "</table:table-row>" in line:
                yield from columns.show_row(row)
                row = []
            continue
        if is_own:
            columns.see(line)
        yield line
    yield from (each for each, _ in row)


class _Columns:
    """The columns of the sheet that is read: their widths (cm) and the styles of their cells."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._widths: list[float] = []
        self._defaults: list[str] = []

    def see(self, line: str) -> None:
        if "<table:table " in line:
            self._widths, self._defaults = [], []
        for tag in re.findall(r"<table:table-column\b([^>]*)>", line):
            attributes = dict(_ATTRIBUTE.findall(tag))
            room = MOST_COLUMNS - len(self._widths)
            count = min(int(attributes.get("table:number-columns-repeated", 1)), room)
            width = self._styles.width(attributes.get("table:style-name", ""))
            if attributes.get("table:visibility", "visible") != "visible":
                width = 0.0
            self._widths += [width] * count
            self._defaults += [attributes.get("table:default-cell-style-name", "Default")] * count

    def show_row(self, row: list[tuple[str, bool]]) -> Iterator[str]:
        lines = [line for line, _ in row]
        match = _ROW.search(lines[0])
        attributes = dict(_ATTRIBUTE.findall(match[1])) if match else {}
        cells = _read_cells(row)
        row_style = attributes.get("table:style-name", "")
        height, is_cut = self._styles.height(row_style), False
        twins: dict[int, tuple[str, str]] = {}
        for place, cell in enumerate(cells):
            if not cell.paragraphs or cell.column >= MOST_COLUMNS:
                continue
            style = (
                cell.attributes.get("table:style-name")
                or attributes.get("table:default-cell-style-name")
                or self._default(cell.column)
            )
            twin, needed = self._suit(cell, style, self._room(cells, place))
            if twin and len(lines) > 1:
                twins[cell.line] = style, twin
            is_cut = is_cut or needed > height
        if is_cut and self._styles.is_fixed(row_style):
            lines[0] = _rename(lines[0], _ROW, row_style, HIGHER)
        for number, (style, twin) in twins.items():
            lines[number] = _rename(lines[number], _START, style, twin)
        yield from lines

    def _suit(self, cell: _Cell, style: str, room: float) -> tuple[str, float]:
        """The twin that shows the whole cell ("": its own style does), and the height (cm) that
        wrapped text needs."""
        found = self._styles.cell(style)
        if found.is_turned:
            return "", 0.0
        width = self._width(cell.column, cell.columns_spanned)
        lengths = [measure_text(each, found.size) for each in cell.paragraphs]
        is_text = cell.attributes.get("office:value-type", "string") == "string"
        if not is_text:
            return (SMALLER, 0.0) if max(lengths) > width else ("", 0.0)
        words = [word for each in cell.paragraphs for word in each.split()]
        longest = max((measure_text(word, found.size) for word in words), default=0.0)
        if not found.wraps:
            is_over = longest > width  # over a narrow cell and the empty ones behind it
            if max(lengths) <= (room * _DOUBTFUL if is_over else room):
                return "", 0.0
            if is_over and max(lengths) * _SMALLEST <= width:
                return SMALLER, 0.0
        share = next((each for each in WRAPPED if longest * each <= width), min(WRAPPED))
        twin = "" if found.wraps and share == 1 else WRAPPED[share]
        if int(cell.attributes.get("table:number-rows-spanned", 1)) > 1:
            return twin, 0.0
        count = sum(max(1, math.ceil(each * share / max(width, 0.1))) for each in lengths)
        return twin, (count * found.size * share * _LINE * _POINT if count > 1 else 0.0)

    def _room(self, cells: list[_Cell], place: int) -> float:
        """The width (cm) that the text of a cell may take: the empty cells behind it, too."""
        cell = cells[place]
        room = self._width(cell.column, cell.columns_spanned)
        if cell.repeated > 1:
            return room
        covered = cell.columns_spanned - 1
        for other in cells[place + 1 :]:
            if other.paragraphs:
                return room
            if covered and other.is_covered:
                covered -= other.repeated
                continue
            room += self._width(other.column, other.repeated)
        return math.inf

    def _width(self, column: int, count: int) -> float:
        known = self._widths[column : column + count]
        return sum(known) + COLUMN_WIDTH * max(0, min(count, MOST_COLUMNS) - len(known))

    def _default(self, column: int) -> str:
        return self._defaults[column] if column < len(self._defaults) else "Default"


def _read_cells(row: list[tuple[str, bool]]) -> list[_Cell]:
    cells: list[_Cell] = []
    column = 0
    for number, (line, is_own) in enumerate(row):
        if not is_own:
            continue
        if match := _START.search(line):
            attributes = dict(_ATTRIBUTE.findall(match[2]))
            repeated = int(attributes.get("table:number-columns-repeated", 1))
            cells.append(_Cell(number, attributes, bool(match[1]), column, repeated))
            column += repeated
        if cells and not cells[-1].is_covered:
            found = (unescape(_TAG.sub("", text)) for text in _PARAGRAPH.findall(line))
            cells[-1].paragraphs += [text for text in found if text.strip()]
    return cells


def _rename(line: str, element: re.Pattern[str], style: str, twin: str) -> str:
    """The line with the twin of `style` as the style of the element that begins in it."""
    match = element.search(line)
    if match is None:
        return line
    tag = _NAME.sub("", match[0])
    end = "/>" if tag.endswith("/>") else ">"
    named = f'{tag[: -len(end)]} table:style-name="{style}{twin}"{end}'
    return line[: match.start()] + named + line[match.end() :]


def measure_text(text: str, size: float) -> float:
    """The width of a line of text in letters of `size` points, cm, rather too much than too
    little."""
    return sum(map(_measure, text)) * size * _POINT + 2 * _PADDING


def _measure(letter: str) -> float:
    """In sizes of the font: those of Liberation Sans and Carlito lie below."""
    if letter in " .,:;!|'ijlI()[]/-":
        return 0.34
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if letter.isupper() or letter in "mwMWшщжюфмыШЩЖЮФМЫ%@—":
        return 0.8
    return 0.57
