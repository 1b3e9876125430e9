"""The styles of a flat spreadsheet's cells, rows and columns, and twins that show whole cells.

Reads and writes the head that LibreOffice itself has written: the name of a style stands before its
family. ODF 1.3 part 3, 16.2 and 20.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

#: What twins of styles are called: of cells with their text on one line, made smaller; of rows as
#: high as they need; of wrapped text, by the share of their size that letters keep, largest first.
SMALLER, HIGHER = ".smaller", ".higher"
WRAPPED = {1.0: ".wrapped", 0.75: ".wrapped-75", 0.5: ".wrapped-50"}

_STYLE = re.compile(
    r'<style:style style:name="([^"]*)" style:family="(table(?:-column|-row|-cell)?)"'
    r"[^>]*?(?:/>|>.*?</style:style>)",
    re.DOTALL,
)
_CELL_PROPERTIES = re.compile(r"<style:table-cell-properties\b([^>]*?)(/?>)")
_TEXT_PROPERTIES = re.compile(r"<style:text-properties\b([^>]*?)(/?>)")
_AUTOMATIC = "</office:automatic-styles>"
_DEFAULT = re.compile(
    r'<style:default-style style:family="table-cell"[^>]*>.*?</style:default-style>', re.DOTALL
)
_LENGTH = re.compile(r"([\d.]+)(cm|mm|in|pt)")
_UNITS = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72}
#: Of what cells without a size have, cm and points.
COLUMN_WIDTH, ROW_HEIGHT, _FONT_SIZE = 2.26, 0.45, 10.0


@dataclass(frozen=True)
class CellStyle:
    """`size`: of its letters, points."""

    wraps: bool
    is_turned: bool
    size: float


class Styles:
    """What the styles in the head of a flat spreadsheet say; lengths are cm."""

    def __init__(self, head: str) -> None:
        self._found = {(match[2], match[1]): match[0] for match in _STYLE.finditer(head)}
        default = _DEFAULT.search(head)
        self._default = default[0] if default else ""
        self._cell = lru_cache(None)(self._read_cell)

    def width(self, column: str) -> float:
        return self._length("table-column", column, "style:column-width", COLUMN_WIDTH)

    def height(self, row: str) -> float:
        return self._length("table-row", row, "style:row-height", ROW_HEIGHT)

    def is_fixed(self, row: str) -> bool:
        """Whether rows of the style keep their height whatever stands in them."""
        return 'use-optimal-row-height="false"' in self._found.get(("table-row", row), "")

    def is_hidden(self, table: str) -> bool:
        return 'table:display="false"' in self._found.get(("table", table), "")

    def cell(self, name: str) -> CellStyle:
        return self._cell(name)

    def add_twins(self, head: str) -> str:
        """`head` with wrapped twins and a smaller one of each style of cells, and a higher one of
        each of rows of a fixed height."""
        twins = []
        names = {name for family, name in self._found if family == "table-cell"} | {"Default"}
        automatic = head[head.find("<office:automatic-styles>") :]
        own = {match[1] for match in _STYLE.finditer(automatic) if match[2] == "table-cell"}
        for name in sorted(names):
            style = self._found[("table-cell", name)] if name in own else _empty_child(name)
            changed = _set_in_cell(style, "no-wrap", "true")
            twins.append(_call(changed, name, SMALLER))
            changed = _set_in_cell(style, "wrap", "false")
            for share, twin in WRAPPED.items():
                sized = _set_size(changed, self.cell(name).size * share) if share < 1 else changed
                twins.append(_call(sized, name, twin))
        for (family, name), style in self._found.items():
            if family == "table-row" and self.is_fixed(name):
                changed = style.replace('row-height="false"', 'row-height="true"')
                twins.append(_call(changed, name, HIGHER))
        return head.replace(_AUTOMATIC, "\n".join(twins) + _AUTOMATIC, 1)

    def _length(self, family: str, name: str, attribute: str, default: float) -> float:
        found = _LENGTH.match(_value(self._found.get((family, name), ""), attribute))
        return float(found[1]) * _UNITS[found[2]] if found else default

    def _read_cell(self, name: str) -> CellStyle:
        size = re.match(r"([\d.]+)pt", self._inherited(name, "fo:font-size"))
        return CellStyle(
            self._inherited(name, "fo:wrap-option") == "wrap",
            self._inherited(name, "style:rotation-angle") not in ("", "0"),
            float(size[1]) if size else _FONT_SIZE,
        )

    def _inherited(self, name: str, attribute: str) -> str:
        for _ in range(10):
            style = self._found.get(("table-cell", name), "")
            if found := _value(style, attribute):
                return found
            name = _value(style, "style:parent-style-name")
            if not name:
                break
        return _value(self._default, attribute)


def _value(style: str, attribute: str) -> str:
    found = re.search(rf' {attribute}="([^"]*)"', style)
    return found[1] if found else ""


def _empty_child(name: str) -> str:
    return (
        f'<style:style style:name="{name}" style:family="table-cell" '
        f'style:parent-style-name="{name}"><style:table-cell-properties/></style:style>'
    )


def _call(style: str, name: str, twin: str) -> str:
    return style.replace(f'"{name}"', f'"{name}{twin}"', 1)


def _set_size(style: str, size: float) -> str:
    """`style`: with a closing tag."""
    wanted = f' fo:font-size="{size:g}pt"'
    match = _TEXT_PROPERTIES.search(style)
    if match is not None:
        kept = re.sub(r' fo:font-size="[^"]*"', "", match[1])
        start, end = match.span()
        return f"{style[:start]}<style:text-properties{kept}{wanted}{match[2]}{style[end:]}"
    behind = style.find("<style:map")
    behind = behind if behind >= 0 else style.rindex("</style:style>")
    return f"{style[:behind]}<style:text-properties{wanted}/>{style[behind:]}"


def _set_in_cell(style: str, wrap: str, shrink: str) -> str:
    wanted = f' fo:wrap-option="{wrap}" style:shrink-to-fit="{shrink}"'
    match = _CELL_PROPERTIES.search(style)
    if match is not None:
        kept = re.sub(r' (?:fo:wrap-option|style:shrink-to-fit)="[^"]*"', "", match[1])
        start, end = match.span()
        return f"{style[:start]}<style:table-cell-properties{kept}{wanted}{match[2]}{style[end:]}"
    properties = f"<style:table-cell-properties{wanted}/>"
    if style.endswith("</style:style>"):
        opening = style.index(">") + 1
        return style[:opening] + properties + style[opening:]
    return f"{style[:-2]}>{properties}</style:style>"
