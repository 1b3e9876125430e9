"""Pieces of WordprocessingML (ECMA-376): what a DOCX's text is made of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from documents.exports.xml_text import xml_text
from documents.text.tables import Cell

MAIN, RELATIONS, TYPES = (
    "word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml",
)  # fmt: skip

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"

BODY_START = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<w:document xmlns:w="{_W}" xmlns:r="{_R}" xmlns:wp="{_WP}" xmlns:a="{_A}" '
    f'xmlns:pic="{_PIC}"><w:body>'
).encode()
#: A4 with margins of 2 cm, in twentieths of a point.
BODY_END = (
    b'<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" '
    b'w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
    b"</w:body></w:document>"
)

#: English metric units: of the text's width (17 cm) and the greatest height of a picture (23 cm).
_WIDTH, _HEIGHT = 17 * 360_000, 23 * 360_000

#: A table's width in twentieths of a point, as a sheet of this layout has it.
_TABLE_WIDTH = 9638

_LIST_OR_BREAK = re.compile(r"^\s*(?:[-–—•*]|\d{1,3}[.)])\s")


def heading(text: str, level: int) -> str:
    return _paragraph(text, f"Heading{level}")


def paragraphs(text: str) -> str:
    """The lines of paper joined into paragraphs; what begins like an item of a list begins one."""
    found: list[str] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        if not found or _LIST_OR_BREAK.match(line):
            found.append(line.strip())
        else:
            found[-1] = f"{found[-1]} {line.strip()}"
    return "".join(_paragraph(each) for each in found)


def page_break() -> str:
    return '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


def table(rows: Sequence[Sequence[Cell]]) -> str:
    """With its spans; the rows that a cell reaches down to continue it."""
    grid, columns = _lay_out(rows)
    width = _TABLE_WIDTH // max(columns, 1)
    body = "".join(f"<w:tr>{''.join(_cell(*each, width) for each in row)}</w:tr>" for row in grid)
    columns_of_grid = f'<w:gridCol w:w="{width}"/>' * columns
    return (
        '<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="0" w:type="auto"/></w:tblPr>'
        f"<w:tblGrid>{columns_of_grid}</w:tblGrid>{body}</w:tbl><w:p/>"
    )


def picture(number: int, ratio: float) -> str:
    """The picture of that number, `ratio` times as wide as high."""
    width = _WIDTH
    height = round(width / max(ratio, 0.01))
    if height > _HEIGHT:
        width, height = max(1, round(_HEIGHT * ratio)), _HEIGHT
    size = f'cx="{width}" cy="{height}"'
    return (
        f'<w:p><w:r><w:drawing><wp:inline><wp:extent {size}/><wp:docPr id="{number}" '
        f'name="figure{number}"/><a:graphic><a:graphicData uri="{_PIC}"><pic:pic><pic:nvPicPr>'
        f'<pic:cNvPr id="{number}" name="figure{number}"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="figure{number}"/><a:stretch><a:fillRect/></a:stretch>'
        f'</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData>'
        "</a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )


def relations(original: bytes, pictures: Sequence[str]) -> bytes:
    """The part's relations, and one for each picture."""
    added = "".join(
        f'<Relationship Id="figure{number}" Type="{_R}/image" Target="media/figure{number}.png"/>'
        for number in range(1, len(pictures) + 1)
    )
    return original.replace(b"</Relationships>", added.encode() + b"</Relationships>")


def add_png_type(types: bytes) -> bytes:
    if b'Extension="png"' in types:
        return types
    added = b'<Default Extension="png" ContentType="image/png"/></Types>'
    return types.replace(b"</Types>", added)


def _paragraph(text: str, style: str = "") -> str:
    named = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{named}<w:r><w:t xml:space="preserve">{xml_text(text)}</w:t></w:r></w:p>'


#: A place in the grid: its text, columns, and "" or how it merges with those below or above.
_Place = tuple[str, int, str, bool]


def _lay_out(rows: Sequence[Sequence[Cell]]) -> tuple[list[list[_Place]], int]:
    grid: list[list[_Place]] = []
    #: By first column: the rows for which a cell above still reaches down, and its columns.
    covered: dict[int, tuple[int, int]] = {}
    widest = 1
    for row in rows:
        places: list[_Place] = []
        below: dict[int, tuple[int, int]] = {}
        cells, column = list(row), 0
        while cells or any(at >= column for at in covered):
            if column in covered:
                left, span = covered.pop(column)
                places.append(("", span, "continue", False))
            elif cells:
                cell = cells.pop(0)
                left, span = cell.rowspan, cell.colspan
                merge = "restart" if left > 1 else ""
                places.append((cell.text, span, merge, cell.header))
            else:
                left, span = 1, 1
                places.append(("", 1, "", False))
            if left > 1:
                below[column] = (left - 1, span)
            column += span
        covered, widest = below, max(widest, column)
        grid.append(places)
    return grid, widest


def _cell(text: str, span: int, merge: str, header: bool, width: int) -> str:
    facts = f'<w:tcW w:w="{width * span}" w:type="dxa"/>'
    if span > 1:
        facts += f'<w:gridSpan w:val="{span}"/>'
    if merge:
        facts += f'<w:vMerge w:val="{merge}"/>'
    lines = text.split("\n")
    bold = "<w:rPr><w:b/></w:rPr>" if header else ""
    body = "".join(
        f'<w:p><w:r>{bold}<w:t xml:space="preserve">{xml_text(line)}</w:t></w:r></w:p>'
        for line in lines
    )
    return f"<w:tc><w:tcPr>{facts}</w:tcPr>{body}</w:tc>"
